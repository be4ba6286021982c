"""XML that is parsed with references to other documents resolved."""

import ast
from collections.abc import Iterator

from holdfast.apps.review.analysers.python.grades import spotted
from holdfast.apps.review.analysers.python.module import argument, is_constant, keyword
from holdfast.apps.review.analysers.python.scope import Scope
from holdfast.apps.review.analysers.subject import Rule, Sighting

EXTERNAL_ENTITIES = Rule(
    "xml-external-entities",
    "XML may pull in files and addresses",
    "high",
    "A document can name a file of this machine and have it read: resolve no entities.",
    611,
)
_FEATURES = ("feature_external_ges", "feature_external_pes")


def check_document(node: ast.AST, scope: Scope) -> Iterator[Sighting]:
    """See a parser that is told to resolve what a document refers to."""
    if not isinstance(node, ast.Call):
        return
    name = scope.module.call_name(node)
    if name.startswith("lxml.") and name.endswith("XMLParser"):
        resolves = is_constant(keyword(node, "resolve_entities"), value=True)
        if resolves or is_constant(keyword(node, "no_network"), value=False):
            yield spotted(EXTERNAL_ENTITIES, node, 0.8)
    elif name.endswith(".setFeature"):
        feature = scope.module.name_of(argument(node, 0, "name"))
        if feature.endswith(_FEATURES) and is_constant(argument(node, 1, "state"), value=True):
            yield spotted(EXTERNAL_ENTITIES, node, 0.8)
