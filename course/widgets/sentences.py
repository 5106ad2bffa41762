"""A step of a sweep in words and numbers.

`explain` is what a panel says; `written` how it writes a number, or an array.

    >>> from course.graph import Node
    >>> from course.widgets.sweeps import sweep
    >>> a = Node(1.5)
    >>> b = a + a
    >>> c = b + b
    >>> print(explain(sweep(c, {"a": a, "b": b, "c": c}), 5))
    a is used twice. Each use brings its share, and the shares add up:
      through b, 1st place: db/da × db = 1 × 2 = 2
      through b, 2nd place: db/da × db = 1 × 2 = 2
    da = 2 + 2 = 4
"""

from typing import Any

import numpy as np

from course.graph import CONSTANT, Number
from course.graph_layout import label
from course.widgets.sweeps import START, VALUE, Step, Swept, Use

ORDINALS = ("1st", "2nd", "3rd")
TIMES = {2: "twice", 3: "three times", 4: "four times"}
NUMBERS_SHOWN = 4  # of an array; a larger one shows its shape
FORMULAS = {"*": "{} × {}", "neg": "-{}", "inverse": "1 / {}", "T": "{}.T", "[]": "{}[…]"}
# Of the course's own nodes, where a local derivative is a function: what that function does.
RULES = {
    "sum": "{d} for every entry",
    "mean": "{d} / {n} for every entry",
    "max": "{d} for the largest entry",
    "T": "{d}.T",
    "reshape": "{d} in the shape of {name}",
    "[]": "{d} where the entries come from, 0 elsewhere",
}
# By the number of axes of A and B in A @ B: dA, dB.
MATMUL_RULES = {
    (2, 2): ("{d} @ {b}.T", "{a}.T @ {d}"),
    (2, 1): ("outer({d}, {b})", "{a}.T @ {d}"),
    (1, 2): ("{b} @ {d}", "outer({a}, {d})"),
    (1, 1): ("{d} × {b}", "{d} × {a}"),
}


def explain(swept: Swept, done: int) -> str:
    """Return what step number `done` was, in words and numbers; 0 is before the first.

    Parameters
    ----------
    swept : Swept
    done : int
        How many steps are done.

    Returns
    -------
    str
        One line, or more where contributions add up.
    """
    if done == 0:
        return "The inputs have their values. Everything else is still to be computed."
    step = swept.steps[done - 1]
    if step.kind == VALUE:
        return _explain_value(swept, step)
    if step.kind == START:
        text = f"Now back. The output's own derivative is {step.title}/{step.title} = 1."
        return text + _objection(swept, step)
    lines = [_explain_use(swept, step, use) for use in step.uses]
    if len(lines) == 1:
        text = f"{step.title} = {lines[0]}"
    else:
        name, times = swept.names[step.node], TIMES.get(len(lines), f"{len(lines)} times")
        shares = " + ".join(written(use.contribution, i > 0) for i, use in enumerate(step.uses))
        paths = [f"  through {_path(swept, step, use)}: {line}"
                 for use, line in zip(step.uses, lines, strict=True)]  # fmt: skip
        text = "\n".join([
            f"{name} is used {times}. Each use brings its share, and the shares add up:",
            *paths, f"{step.title} = {shares} = {written(step.result)}",
        ])  # fmt: skip
    return text + _objection(swept, step)


def _explain_value(swept: Swept, step: Step) -> str:
    node = swept.nodes[step.node]
    # A sign comes even before the first operand, and -2 ** 2 would read as -(2 ** 2).
    behind = node.op in ("-", "neg", "**")
    values = [written(parent.value, i > 0 or behind) for i, parent in enumerate(node.parents)]
    names = [
        value if parent.op == CONSTANT else swept.names[number]
        for value, parent, number in zip(
            values, node.parents, swept.parents(step.node), strict=True
        )
    ]
    numbers, result = _formula(node.op, values), written(step.result)
    scalars = all(np.ndim(parent.value) == 0 for parent in node.parents)
    numbers = f" = {numbers}" if scalars and names != values and numbers != result else ""
    kept: dict[str, list[str]] = {}  # of t = x * x, two under one name
    for place, (name, local) in enumerate(zip(names, node.local_grads, strict=True)):
        if node.parents[place].op != CONSTANT and not callable(local):
            ordinal = f" ({_ordinal(place)} place)" if names.count(name) > 1 else ""
            start = ", " if name in kept else f"d{step.title}/d{name}{_is(local)}"
            kept.setdefault(name, []).append(f"{start}{written(local)}{ordinal}")
    text = f"{step.title} = {_formula(node.op, names)}{numbers}{_is(step.result)}{result}"
    parts = ["".join(part) for part in kept.values()]
    return text + (f"\nKept for the way back: {', '.join(parts)}" if parts else "")


def _formula(op: str, operands: list[str]) -> str:
    """Return an operation on named or numbered operands as one writes it."""
    if op == "-" and len(operands) == 1:
        op = "neg"
    if op in FORMULAS and FORMULAS[op].count("{}") == len(operands):
        return FORMULAS[op].format(*operands)
    if len(operands) == 2 and not op[:1].isalnum():
        return f"{operands[0]} {op} {operands[1]}"
    return f"{op}({', '.join(operands)})"


def _explain_use(swept: Swept, step: Step, use: Use) -> str:
    """Return one product, in names and numbers."""
    name, user = swept.names[step.node], swept.names[use.user]
    is_, result = _is(use.contribution), written(use.contribution)
    if callable(use.local):
        return f"{_rule(swept, step, use)}{is_}{result}"
    names, factors = f"d{user}/d{name} × d{user}", (use.local, use.upstream)
    if all(_is(factor) == " = " for factor in factors):
        names += f" = {written(use.local)} × {written(use.upstream, True)}"
    full = np.broadcast_shapes(*map(np.shape, factors))
    summed = ", summed where it was repeated" if full != np.shape(use.contribution) else ""
    return f"{names}{summed}{is_}{result}"


def _rule(swept: Swept, step: Step, use: Use) -> str:
    """Return what a local derivative that is a function does with the one from above."""
    user, name, d = swept.nodes[use.user], swept.names[step.node], f"d{swept.names[use.user]}"
    if user.op == "@" and len(user.parents) == 2:
        a, b = (swept.names[parent] for parent in swept.parents(use.user))
        rules = MATMUL_RULES.get(tuple(np.ndim(parent.value) for parent in user.parents))
        if rules:
            return rules[use.place].format(a=a, b=b, d=d)
    n = np.size(swept.nodes[step.node].value) // np.size(user.value)
    rule = RULES.get(user.op, "{d}, sent back by the rule of {op}")
    return rule.format(d=d, n=n, name=name, op=user.op)


def _is(value: Any) -> str:
    """Return what stands before a value: an equals sign, or a comma where only a shape follows."""
    return ", " if written(value).startswith("shape") else " = "


def _path(swept: Swept, step: Step, use: Use) -> str:
    """Return the name of the user; with the place where the node stands in it more than once."""
    places = [other for other in step.uses if other.user == use.user]
    name = swept.names[use.user]
    if len(places) == 1:
        return name
    return f"{name}, {_ordinal(use.place)} place"


def _ordinal(place: int) -> str:
    return ORDINALS[place] if place < len(ORDINALS) else f"{place + 1}th"


def _objection(swept: Swept, step: Step) -> str:
    """Return a sentence where a node that has been differentiated says something else."""
    # A pass that started with 2, or went on to here from another node, sets twice of everything.
    grad, start = swept.nodes[step.node].grad, swept.nodes[-1].grad
    if any(np.asarray(one).dtype.kind not in "fiu" for one in (grad, start)) or not np.any(start):
        return ""  # no backward pass has been here
    factor = 1.0 if step.kind == START or np.ndim(start) else start
    said, because = f"{_is(grad)}{written(grad)}", "look at the backward pass that set it"
    if np.shape(grad) != np.shape(step.result):
        said = f" of shape {np.shape(grad)}, not {np.shape(step.result)}"
    elif _agree(grad, step, factor):
        return ""
    elif step.kind == START:
        because = "a pass has started with that, or came from another node"
    elif factor != 1:
        said += f", not {step.title} times the output's grad"
        because = "another pass may have set it"
    return f"\nBut the node has grad{said}: {because}."


def _agree(grad: Number, step: Step, factor: float) -> bool:
    """Whether a grad is a step's result times a factor, but for rounding where parts cancel."""
    parts = [np.abs(part) for use in step.uses for part in (use.upstream, use.contribution)]
    largest = max((np.max(np.nan_to_num(part), initial=0.0) for part in parts), default=0.0)
    near = {"rtol": 1e-6, "atol": 1e-12 * largest * abs(factor), "equal_nan": True}
    return np.allclose(grad, step.result * factor, **near)


def written(value: Any, bracket: bool = False) -> str:
    """Return a number with four digits, a short array's entries, or a larger one's shape.

    Parameters
    ----------
    value : float or ndarray
    bracket : bool
        Whether a negative number is put into brackets, as behind another sign.
    """
    if np.ndim(value) == 0:
        text = label(value)
        return f"({text})" if bracket and text.startswith("-") else text
    if np.ndim(value) == 1 and np.size(value) <= NUMBERS_SHOWN:
        return f"[{', '.join(map(label, value))}]"
    return f"shape {label(value)}"
