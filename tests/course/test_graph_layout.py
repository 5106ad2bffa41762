from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest

from course.graph_layout import label, layout, nodes_and_edges


def random_graph(rng, count):
    """Edges of a graph in which most nodes have two parents, some of them twice the same."""
    return [(int(rng.integers(i)), i) for i in range(1, count) for _ in range(2)]


@pytest.mark.parametrize("seed", range(20))
def test_users_stand_right_of_their_parents_and_nobody_on_another(seed):
    edges = random_graph(np.random.default_rng(seed), 40)
    placed = layout(edges)
    at = np.array(placed.at)
    for parent, user in edges:
        assert at[parent][0] < at[user][0]
    for column in set(at[:, 0]):
        assert np.diff(np.sort(at[at[:, 0] == column, 1])).min(initial=1.0) > 1 - 1e-9


@pytest.mark.parametrize("seed", range(20))
def test_edges_go_column_by_column_and_keep_off_the_nodes(seed):
    edges = random_graph(np.random.default_rng(seed), 40)
    placed = layout(edges)
    for (parent, user), route in zip(edges, placed.routes, strict=True):
        assert (route[0], route[-1]) == (placed.at[parent], placed.at[user])
        assert all(after[0] - before[0] == 1 for before, after in pairwise(route))
        for column, height in route[1:-1]:
            beside = [y for x, y in placed.at if x == column]
            assert np.abs(np.array(beside) - height).min(initial=1.0) >= 0.8 - 1e-9


def test_layout_is_the_same_every_time():
    edges = random_graph(np.random.default_rng(0), 40)
    assert all(layout(edges) == layout(edges) for _ in range(10))


def test_first_operand_stands_above_the_second():
    # q = x + y, f = q * z
    placed = layout([(0, 2), (1, 2), (2, 4), (3, 4)])
    assert placed.at[0][1] > placed.at[1][1]
    assert placed.at[2][1] > placed.at[3][1]


def test_a_node_alone_has_a_place():
    assert layout([]).at == [(0.0, 0.0)]


def test_edges_name_every_use_in_order():
    a = SimpleNamespace(parents=())
    b = SimpleNamespace(parents=(a, a))
    c = SimpleNamespace(parents=[b, a])
    nodes, edges = nodes_and_edges(c)
    assert [id(node) for node in nodes] == [id(a), id(b), id(c)]
    assert edges == [(0, 1), (0, 1), (1, 2), (0, 2)]


def test_a_node_computed_from_itself_is_refused():
    itself, other = SimpleNamespace(), SimpleNamespace(parents=())
    itself.parents = (other, itself)
    loop = SimpleNamespace(parents=[SimpleNamespace(parents=[SimpleNamespace(parents=())])])
    loop.parents[0].parents[0].parents = (loop,)
    for output in (itself, loop, SimpleNamespace(parents=(loop, other))):
        with pytest.raises(ValueError, match="the graph has a cycle: a node is computed from its"):
            nodes_and_edges(output)


def test_zero_has_no_sign():
    assert [label(value) for value in (-0.0, np.float64(-0.0), 0, -1.5)] == ["0", "0", "0", "-1.5"]
