"""Finds asserts on how long something took: on a busy machine they fail, and nothing is wrong."""

import ast
from collections.abc import Iterable, Iterator

_CLOCKS = {
    "time.time",
    "time.time_ns",
    "time.monotonic",
    "time.monotonic_ns",
    "time.perf_counter",
    "time.perf_counter_ns",
    "asyncio.get_running_loop().time",
    "loop.time",
}
_OWN_CLOCKS = {"now_us", "monotonic_us"}
_ARITHMETIC = {"abs", "all", "any", "float", "int", "max", "min", "round", "sorted", "sum"}


def timed_asserts(module: ast.Module) -> list[int]:
    """Return the lines of asserts that read a clock, name what was measured with one, or subtract what it said.

    A name counts wherever it stands in the module.
    """
    moments, durations = _measured(module)
    return [
        node.lineno
        for node in ast.walk(module)
        if isinstance(node, ast.Assert)
        and (
            _reads_clock(node.test)
            or _names(node.test) & durations
            or _subtracts(node.test, moments, now=True)
        )
    ]


def _measured(module: ast.Module) -> tuple[set[str], set[str]]:
    """Return the names of moments that a clock told, and of differences between such, functions included."""
    moments: set[str] = set()
    durations: set[str] = set()
    known = -1
    while known != (known := len(moments) + len(durations)):
        for name, value in _given(module):
            if _subtracts(value, moments) or _names(value) & durations:
                durations.add(name)
            elif _reads_clock(value) or _names(value) & moments:
                moments.add(name)
    return moments, durations


def _given(module: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    """Yield names with what they are given: assigned, appended, taken in turn, or returned by the function of that name."""
    for node in ast.walk(module):
        match node:
            case ast.Assign(targets=[target], value=value):
                yield from _pairs(target, value)
            case ast.NamedExpr(target=target, value=value) | ast.AugAssign(target=target, value=value):
                yield from _pairs(target, value)
            case ast.For(target=target, iter=value) | ast.comprehension(target=target, iter=value):
                yield from _pairs(target, value)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                returned = (inner.value for inner in ast.walk(node) if isinstance(inner, ast.Return))
                yield from ((name, value) for value in returned if value is not None)
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="append"), args=[value]):
                yield name, value
            case _:
                pass


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    match target, value:
        case ast.Tuple(elts=targets), ast.Tuple(elts=values) if len(targets) == len(values):
            for one, its in zip(targets, values, strict=True):
                yield from _pairs(one, its)
        case _:
            yield from ((name, value) for name in _names(target))


def _subtracts(value: ast.expr, moments: set[str], *, now: bool = False) -> bool:
    """Whether a moment is part of a subtraction; `now` counts what the product's clocks say, too."""
    return any(
        _reads_clock(node) or _names(node) & moments or (now and _reads_own_clock(node))
        for node in ast.walk(value)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub)
    )


def _reads_clock(value: ast.expr) -> bool:
    return any(isinstance(part, ast.Call) and ast.unparse(part.func) in _CLOCKS for part in _made_of(value))


def _reads_own_clock(value: ast.expr) -> bool:
    return any(isinstance(part, ast.Attribute) and part.attr in _OWN_CLOCKS for part in _made_of(value))


def _names(value: ast.expr) -> set[str]:
    return {part.id for part in _made_of(value) if isinstance(part, ast.Name)}


def _made_of(value: ast.expr) -> Iterator[ast.expr]:
    """Yield an expression and its parts; not what it only hands to a function."""
    yield value
    parts: Iterable[ast.AST] = ast.iter_child_nodes(value)
    if isinstance(value, ast.Call) and ast.unparse(value.func) not in _ARITHMETIC:
        parts = [value.func]
    for part in parts:
        if isinstance(part, ast.expr):
            yield from _made_of(part)
        elif isinstance(part, ast.comprehension):
            yield from _made_of(part.iter)
