"""Mechanical mutations of a solution: each must be rejected by its check, or be equivalent to it.

| mutation          | does                                                                    |
|-------------------|-------------------------------------------------------------------------|
| operator          | exchanges + and -, * and /, @ and *, ** and *, += and =, -= and =       |
| comparison        | exchanges < and <=, > and >=, and turns the side                        |
| constant          | adds 1 to a number                                                      |
| term              | drops one side of an operation                                          |
| call              | drops a function of one argument, and a keyword argument                |
| attribute         | drops `.T`                                                              |
| sign              | drops a minus                                                           |
| line              | drops a statement                                                       |

The declared mistakes are what students do; these are what nobody thought of.
"""

import ast
import copy
from collections.abc import Iterator

SWAPS = {
    ast.Add: (ast.Sub,), ast.Sub: (ast.Add,), ast.Mult: (ast.Div,), ast.Div: (ast.Mult,),
    ast.MatMult: (ast.Mult,), ast.Pow: (ast.Mult,), ast.FloorDiv: (ast.Mult,),
    ast.Lt: (ast.LtE, ast.Gt), ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt), ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,),
}  # fmt: skip


def mutants(source: str) -> Iterator[tuple[str, str]]:
    """Return every mutation of a cell's source: what was done, and the text.

    Parameters
    ----------
    source : str
        Python. Docstrings are left alone.
    """
    tree = ast.parse(source)
    for index, node in enumerate(ast.walk(tree)):
        for number, (what, _) in enumerate(_changes(node)):
            mutant = copy.deepcopy(tree)
            changed = list(ast.walk(mutant))[index]
            _, new = list(_changes(changed))[number]
            text = ast.unparse(_replaced(mutant, changed, new))
            yield f"line {getattr(node, 'lineno', 0)}: {what}", text


def _changes(node: ast.AST) -> Iterator[tuple[str, ast.AST | None]]:
    """Return what may be put in the place of a node; None for nothing."""
    if isinstance(node, ast.BinOp):
        for operator in SWAPS.get(type(node.op), ()):
            yield f"{_name(operator)}", ast.BinOp(node.left, operator(), node.right)
        yield "right side dropped", node.left
        yield "left side dropped", node.right
    elif isinstance(node, ast.Compare) and len(node.ops) == 1:
        for operator in SWAPS.get(type(node.ops[0]), ()):
            yield _name(operator), ast.Compare(node.left, [operator()], node.comparators)
    elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
        yield "1 added", ast.Constant(node.value + 1)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield "minus dropped", node.operand
    elif isinstance(node, ast.Attribute) and node.attr == "T":
        yield ".T dropped", node.value
    elif isinstance(node, ast.Call):
        if len(node.args) == 1 and not node.keywords:
            yield "call dropped", node.args[0]
        for keyword in node.keywords:
            kept = [other for other in node.keywords if other is not keyword]
            yield f"{keyword.arg} dropped", ast.Call(node.func, node.args, kept)
    elif isinstance(node, ast.AugAssign):
        yield "= for an operator and =", ast.Assign([node.target], node.value, lineno=node.lineno)
        yield "statement dropped", None
    elif isinstance(node, ast.Assign):
        yield "statement dropped", None


def _name(operator: type[ast.AST]) -> str:
    return f"operator {operator.__name__}"


def _replaced(tree: ast.AST, old: ast.AST, new: ast.AST | None) -> ast.AST:
    """Return the tree with one node replaced, or a statement taken out."""

    class Replace(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> ast.AST:
            if node is old:
                return ast.Pass() if new is None else new
            return self.generic_visit(node)

    return ast.fix_missing_locations(Replace().visit(tree))
