"""Bytes that build any object, and so run any code, when they are loaded."""

import ast
from collections.abc import Iterator

from holdfast.apps.review.analysers.python.grades import Grades, graded, spotted
from holdfast.apps.review.analysers.python.module import argument, is_constant, keyword
from holdfast.apps.review.analysers.python.scope import Scope
from holdfast.apps.review.analysers.python.values import Origin
from holdfast.apps.review.analysers.subject import Rule, Sighting

UNSAFE_LOAD = Rule(
    "unsafe-deserialisation",
    "Loading data that can run code",
    "high",
    "Whoever writes the data decides what runs when it is loaded: use JSON, or sign and check it first.",
    502,
)
UNSAFE_YAML = Rule(
    "unsafe-yaml",
    "YAML loaded with tags that build objects",
    "high",
    "A tag in the document can run code: use yaml.safe_load.",
    502,
)
_GRADES: Grades = {
    Origin.EXTERNAL: ("critical", 0.9),
    Origin.PARAMETER: ("medium", 0.5),
    Origin.UNKNOWN: ("medium", 0.4),
}
_LOADERS = frozenset(
    f"{module}.{name}"
    for module in ("pickle", "cPickle", "_pickle", "dill", "cloudpickle", "marshal", "joblib", "jsonpickle", "pandas")
    for name in ("load", "loads", "Unpickler", "decode", "read_pickle")
) | {"shelve.open"}
_DUMPERS = ("dumps", "dump")
_SAFE_YAML = ("SafeLoader", "BaseLoader")
_UNSAFE_LOADERS = frozenset(("", "yaml.Loader", "yaml.CLoader", "yaml.UnsafeLoader", "yaml.FullLoader"))
_UNSAFE_YAML = frozenset(("yaml.unsafe_load", "yaml.unsafe_load_all", "yaml.full_load"))


def check_deserialisation(node: ast.AST, scope: Scope) -> Iterator[Sighting]:
    """See a loader that can run code, given what this program did not just write itself."""
    if not isinstance(node, ast.Call):
        return
    name = scope.module.call_name(node)
    if name in _LOADERS and node.args:
        if not _is_own_dump(node.args[0], scope):
            origin = max(scope.value(node.args[0]).origin, Origin.UNKNOWN)
            yield from graded(UNSAFE_LOAD, node, origin, _GRADES)
    elif name in ("yaml.load", "yaml.load_all"):
        loader = scope.module.name_of(argument(node, 1, "Loader"))
        if not loader.endswith(_SAFE_YAML):
            yield spotted(UNSAFE_YAML, node, 0.8 if loader in _UNSAFE_LOADERS else 0.4)
    elif name in _UNSAFE_YAML:
        yield spotted(UNSAFE_YAML, node, 0.8)
    elif name == "torch.load" and not is_constant(keyword(node, "weights_only"), value=True):
        yield spotted(UNSAFE_LOAD, node, 0.4, "medium")
    elif name == "numpy.load" and is_constant(keyword(node, "allow_pickle"), value=True):
        yield spotted(UNSAFE_LOAD, node, 0.5, "medium")


def _is_own_dump(data: ast.expr, scope: Scope) -> bool:
    """Whether the data was dumped in the same expression, as a way to copy."""
    return isinstance(data, ast.Call) and scope.module.call_name(data).rpartition(".")[2] in _DUMPERS
