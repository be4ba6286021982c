"""Paths that lead out of the folder they were meant for."""

import ast
import re
from collections.abc import Iterator

from holdfast.apps.review.analysers.python.grades import Grades, graded
from holdfast.apps.review.analysers.python.scope import Function, Scope
from holdfast.apps.review.analysers.python.values import Origin, Value
from holdfast.apps.review.analysers.subject import Rule, Sighting

PATH_TRAVERSAL = Rule(
    "path-traversal",
    "Path decided by somebody else",
    "high",
    "A name such as ../../etc/passwd leads out of the folder: resolve it and check that it is still inside.",
    22,
)
_GRADES: Grades = {Origin.EXTERNAL: ("high", 0.8)}
_CALLER_GRADES: Grades = {Origin.EXTERNAL: ("high", 0.8), Origin.PARAMETER: ("medium", 0.4)}
_OPENERS = frozenset(
    (
        "open",
        "io.open",
        "codecs.open",
        "aiofiles.open",
        "os.open",
        "os.remove",
        "os.unlink",
        "os.rmdir",
        "os.listdir",
        "shutil.rmtree",
        "shutil.copy",
        "shutil.copyfile",
        "shutil.move",
        "tarfile.open",
        "zipfile.ZipFile",
    )
)
_SENDERS = frozenset(("send_file", "FileResponse", "static_file", "sendfile"))
_SAVES = "save"  # an uploaded file is saved where its name says
_PATH_METHODS = frozenset(("open", "read_text", "read_bytes", "write_text", "write_bytes", "unlink"))
_FOREIGN_NAME = re.compile(r"(?:^|_)(?:file_?name|upload\w*|user_path|key|slug|template_name|attachment)$")
_CHECKED = frozenset(
    ("is_relative_to", "relative_to", "commonpath", "commonprefix", "secure_filename", "safe_join", "basename")
)


def check_path(node: ast.AST, scope: Scope) -> Iterator[Sighting]:
    """See a path from outside that is opened or sent without a check in the same function."""
    if not isinstance(node, ast.Call):
        return
    name = scope.module.call_name(node)
    path = node.args[0] if node.args else None
    last = name.rpartition(".")[2]
    if last in _PATH_METHODS and isinstance(node.func, ast.Attribute) and _is_path(node.func.value, scope):
        path = node.func.value
    elif path is None or (name not in _OPENERS and last not in _SENDERS and last != _SAVES):
        return
    value = scope.value(path)
    if last == _SAVES and not value.is_built:
        return
    if value.origin > Origin.UNKNOWN and not _is_checked(scope.function):
        is_foreign = last in _SENDERS or _is_foreign(path, value, scope)
        grades = _CALLER_GRADES if scope.module.is_web and is_foreign else _GRADES
        yield from graded(PATH_TRAVERSAL, node, value.origin, grades)


def _is_path(node: ast.expr, scope: Scope) -> bool:
    """Whether an expression is a path made here: ``Path(x)`` or ``folder / x``."""
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Div)
    return isinstance(node, ast.Call) and scope.module.call_name(node).rpartition(".")[2] in ("Path", "joinpath")


def _is_foreign(path: ast.expr, value: Value, scope: Scope) -> bool:
    """Whether a caller's value, by its name, is what a user sent, and is put below a folder here."""
    names = {child.id for child in ast.walk(path) if isinstance(child, ast.Name)}
    return value.is_built and any(map(_FOREIGN_NAME.search, names))


def _is_checked(function: Function | None) -> bool:
    if function is None:
        return False
    return any(isinstance(child, ast.Attribute) and child.attr in _CHECKED for child in ast.walk(function)) or any(
        isinstance(child, ast.Name) and child.id in _CHECKED for child in ast.walk(function)
    )
