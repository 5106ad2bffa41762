"""What somebody expects a step of a sweep to give, judged.

A guess is a number, a sum or product of numbers, or, of an array, its shape.

    >>> from course.graph import Node
    >>> from course.widgets.sweeps import sweep
    >>> x, z = Node(3.0), Node(-4.0)
    >>> swept = sweep(x * z, {"x": x, "z": z})
    >>> judge("-4", swept.steps[2]).right
    True
    >>> judge("4", swept.steps[2]).said
    '4 has the right size and the wrong sign.'
"""

import ast
import math
import operator
import re
from dataclasses import dataclass

import numpy as np

from course.widgets.sentences import written
from course.widgets.sweeps import GRAD, Step

NEAR, ROUGHLY = 0.005, 0.05  # relative; numbers are shown with four digits, and people round
OPERATORS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
}


@dataclass(frozen=True)
class Verdict:
    """Whether a guess is right, and a sentence about it."""

    right: bool
    said: str


def judge(typed: str, step: Step) -> Verdict:
    """Return what to say about a guess.

    Parameters
    ----------
    typed : str
        A number, or a sum or product of numbers; the shape, where an array is expected.
    step : Step
        What it is a guess of.

    Returns
    -------
    Verdict
        It names a mistake only if exactly one explains the number.
    """
    if np.ndim(step.result):
        return _judge_shape(typed, step)
    try:
        guess = _number(ast.parse(typed.strip().replace("−", "-"), mode="eval").body)
    except (SyntaxError, ValueError, ArithmeticError):
        guess = math.nan
    if not math.isfinite(guess):
        return Verdict(False, f"{typed.strip()} is not a number. Type one such as -0.5, "
                              "or a product such as 2 * -0.25.")  # fmt: skip
    shown, true = f"{guess:.4g}", float(step.result)
    if not math.isfinite(true):
        return Verdict(False, f"{step.title} is not finite. Type ? to see it.")
    if _near(guess, true):
        return Verdict(True, f"Yes, {step.title} = {written(true)}.")
    if abs(guess - true) <= ROUGHLY * abs(true):
        return Verdict(False, f"{shown} is close. Compute one digit more.")
    mistakes = [said for number, said in _mistakes(step) if _near(guess, number)]
    if len(mistakes) == 1:
        return Verdict(False, f"{shown} {mistakes[0]}")
    return Verdict(False, f"{shown} is not {step.title}. Try again, or go on to see it.")


def _number(tree: ast.AST) -> float:
    """Return the value of an expression of numbers, + - * / and brackets."""
    match tree:
        case ast.Constant(value=value) if type(value) in (int, float):
            return float(value)
        case ast.UnaryOp(op=op, operand=operand) if type(op) in OPERATORS:
            return OPERATORS[type(op)](_number(operand))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            return OPERATORS[type(op)](_number(left), _number(right))
    raise ValueError(f"{ast.dump(tree):.40} is not a number")


def _near(guess: float, number: float) -> bool:
    return math.isfinite(number) and abs(guess - number) <= max(NEAR * abs(number), 1e-12)


def _mistakes(step: Step) -> list[tuple[float, str]]:
    """Return numbers that are wrong in a known way, and what to say about each."""
    true = float(step.result)
    known = [(-true, "has the right size and the wrong sign.")]
    if step.kind != GRAD:
        return known
    if len(step.uses) > 1:
        parts = {float(use.contribution) for use in step.uses if np.ndim(use.contribution) == 0}
        known += [(part, "is what one use brings. Add what the others bring.") for part in parts]
    elif not callable(step.uses[0].local) and np.ndim(step.uses[0].local) == 0:
        local, upstream = float(step.uses[0].local), float(np.sum(step.uses[0].upstream))
        known += [
            (local, f"is the local derivative. Multiply it by the upstream one, {upstream:.4g}."),
            (upstream, f"is the upstream derivative. Multiply it by the local one, {local:.4g}."),
            (local + upstream, "is the sum of local and upstream derivative. They multiply."),
        ]
    return [(number, said) for number, said in known if not _near(number, true)]


def _judge_shape(typed: str, step: Step) -> Verdict:
    shape, numbers = np.shape(step.result), re.findall(r"\d+", typed)
    guess = tuple(map(int, numbers))
    if guess == shape:
        return Verdict(True, f"Yes, {step.title} has shape {shape}.")
    if not numbers:
        return Verdict(False, f"{step.title} is an array. Type its shape, such as (3, 2).")
    if guess == shape[::-1]:
        return Verdict(False, f"{guess} is the shape turned round.")
    hint = "A derivative has the shape of its quantity."
    return Verdict(False, f"The shape is not {guess}. {hint if step.kind == GRAD else ''}".strip())
