"""Finds the fault points in the source: where one is reached, and where a write or an effect has none around it."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from holdfast.kernel.faults import Point

REACH_NAMES = frozenset(("reach", "_reach"))
Function = ast.FunctionDef | ast.AsyncFunctionDef


class Place(NamedTuple):
    """A function that reaches points, or that should."""

    path: str
    function: str
    points: frozenset[str]
    does: str = ""
    """What it does to the world; empty if nothing that this module knows."""


def places(root: Path) -> list[Place]:
    """Return every function below ``root`` that reaches a point or does something a crash could split.

    Tests that ship with the package stand for nothing that runs in production.
    """
    found = []
    for path in sorted(set(root.rglob("*.py")) - set((root / "testing").rglob("*.py"))):
        for function in _functions(ast.parse(path.read_text(encoding="utf-8"))):
            points, does = frozenset(_points(function)), _deed(function)
            if points or does:
                found.append(Place(path.relative_to(root).as_posix(), function.name, points, does))
    return found


def reached(found: list[Place]) -> set[str]:
    """Return every point that some function reaches."""
    return {point for place in found for point in place.points}


def unguarded(found: list[Place]) -> list[Place]:
    """Return the places that write or act on the world without a point before and a point after."""
    return [place for place in found if place.does and not _has_both(place.points)]


def _has_both(points: frozenset[str]) -> bool:
    moments = {point.split(".")[1].split("_")[0] for point in points}
    return {"before", "after"} <= moments


def _points(function: Function) -> Iterator[str]:
    for node in _own_nodes(function):
        match node:
            case ast.Call(
                func=ast.Name(id=name) | ast.Attribute(attr=name), args=[ast.Attribute(ast.Name("Point"), point)]
            ) if name in REACH_NAMES:
                yield Point[point]
            case _:
                pass


def _deed(function: Function) -> str:
    """Say what in this function a crash could split: a COMMIT, a write to the memory disk, a call, a hand-over."""
    for node in _own_nodes(function):
        match node:
            case ast.Call(func=ast.Attribute(attr="execute"), args=[ast.Constant(value=str(text))]) if (
                text.upper().startswith("COMMIT")
            ):
                return "commits"
            case ast.Call(func=ast.Attribute(value=on, attr="commit" | "executescript")) if ast.unparse(on).endswith(
                "connection"
            ):
                return "commits"
            case ast.Call(func=ast.Attribute(ast.Name("os"), "link" | "rename" | "replace")):
                return "names a file"
            case ast.Await(value=ast.IfExp(orelse=ast.Call(func=ast.Attribute(attr="_sent")))):
                return "calls a tool"
            case ast.Await(value=ast.Call(args=[ast.Call(func=ast.Attribute(attr="_reply"))])):
                return "calls a model"
            case ast.AugAssign(target=ast.Attribute(attr="writes")):
                return "writes to the memory disk"
            case ast.Await(value=ast.Call(func=ast.Name(id="drive"), args=[ast.Name(id="run")])):
                return "hands a run over"
            case _:
                pass
    return ""


def _functions(tree: ast.Module) -> Iterator[Function]:
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def _own_nodes(function: Function) -> Iterator[ast.AST]:
    """Walk a function without those defined in it."""
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, Function):
            waiting.extend(ast.iter_child_nodes(node))
