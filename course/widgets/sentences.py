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

from course.graph import CONSTANT
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
        return f"Now back. The output's own derivative is {step.title}/{step.title} = 1."
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
    behind = node.op in ("-", "neg")  # a sign, even before the first operand
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
    kept = [
        f"d{step.title}/d{name}{_is(local)}{written(local)}"
        for name, local, parent in zip(names, node.local_grads, node.parents, strict=True)
        if parent.op != CONSTANT and not callable(local)
    ]
    text = f"{step.title} = {_formula(node.op, names)}{numbers}{_is(step.result)}{result}"
    kept = list(dict.fromkeys(kept))  # b = a + a has one name for both
    return text + (f"\nKept for the way back: {', '.join(kept)}" if kept else "")


def _formula(op: str, operands: list[str]) -> str:
    """Return an operation on named or numbered operands as one writes it."""
    if op == "-" and len(operands) == 1:
        op = "neg"
    if op in FORMULAS:
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
    if user.op == "@":
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
    ordinal = ORDINALS[use.place] if use.place < len(ORDINALS) else f"{use.place + 1}th"
    return f"{name}, {ordinal} place"


def _objection(swept: Swept, step: Step) -> str:
    """Return a sentence where a node that has been differentiated says something else."""
    grad, ran = swept.nodes[step.node].grad, np.any(np.asarray(swept.nodes[-1].grad) != 0)
    if not ran or np.shape(grad) != np.shape(step.result) or np.allclose(grad, step.result):
        return ""
    return f"\nBut the node has grad = {written(grad)}: look at the backward pass that set it."


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
        return "[" + ", ".join(f"{entry:.4g}" for entry in value) + "]"
    return f"shape {label(value)}"
