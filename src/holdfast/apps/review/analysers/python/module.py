"""A parsed Python module, and what a name in it stands for."""

import ast
from dataclasses import dataclass

from holdfast.apps.review.analysers.candidate import Problem

_WEB = frozenset(
    (
        "flask",
        "django",
        "fastapi",
        "starlette",
        "aiohttp",
        "tornado",
        "bottle",
        "sanic",
        "pyramid",
        "quart",
        "rest_framework",
    )
)


@dataclass(frozen=True, slots=True)
class PythonModule:
    """The tree of a module, where its imported names come from, and whether it serves the web."""

    tree: ast.Module
    aliases: dict[str, str]
    is_web: bool

    def name_of(self, node: ast.AST | None) -> str:
        """Return the dotted name of an expression with imports resolved, or '' if it is none."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        match node:
            case ast.Name(id=name):
                parts.append(self.aliases.get(name, name))
            case ast.Call() if parts:
                parts.append(f"{self.name_of(node.func)}()")
            case _ if parts:
                parts.append("?")
            case _:
                return ""
        return ".".join(reversed(parts))

    def call_name(self, call: ast.Call) -> str:
        """Return the dotted name of what is called."""
        return self.name_of(call.func)


def parse_python(path: str, text: str) -> PythonModule | Problem:
    """Parse a module; a file Python itself would refuse is a problem, not an error."""
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        return Problem(path, "syntax error", f"line {error.lineno}: {error.msg}")
    except (ValueError, RecursionError) as error:
        return Problem(path, "not parsable", str(error))
    except MemoryError:
        return Problem(path, "not parsable", "it is nested too deeply, or needs more memory than there is")
    aliases, roots = _imports(tree)
    return PythonModule(tree, aliases, not roots.isdisjoint(_WEB))


def _imports(tree: ast.Module) -> tuple[dict[str, str], frozenset[str]]:
    aliases: dict[str, str] = {}
    roots: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                for name in names:
                    roots.add(name.name.split(".")[0])
                    if name.asname:
                        aliases[name.asname] = name.name
            case ast.ImportFrom(module=str(module), names=names):
                roots.add(module.split(".")[0])
                for name in names:
                    aliases[name.asname or name.name] = f"{module}.{name.name}"
            case _:
                pass
    return aliases, frozenset(roots)


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    """Return the argument given by this name."""
    return next((given.value for given in call.keywords if given.arg == name), None)


def argument(call: ast.Call, position: int, name: str) -> ast.expr | None:
    """Return the argument at a position, or by its name."""
    if position < len(call.args) and not isinstance(call.args[position], ast.Starred):
        return call.args[position]
    return keyword(call, name)


def is_constant(node: ast.expr | None, value: object) -> bool:
    """Whether an expression is exactly this constant."""
    return isinstance(node, ast.Constant) and node.value is value


def text_of(node: ast.expr | None) -> str | None:
    """Return the text of a string constant, None for everything else."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
