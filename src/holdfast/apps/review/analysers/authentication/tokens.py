"""Signed tokens that are taken without looking at the signature."""

import ast
from collections.abc import Iterator

from holdfast.apps.review.analysers.python.grades import SOURCE, spotted
from holdfast.apps.review.analysers.python.module import argument, is_constant, keyword, text_of
from holdfast.apps.review.analysers.python.scope import Scope
from holdfast.apps.review.analysers.subject import Rule, Sighting

UNVERIFIED_TOKEN = Rule(
    "jwt-unverified",
    "Token taken without checking its signature",
    "critical",
    "Anybody can write such a token: check the signature with a fixed list of algorithms.",
    347,
)
NO_ALGORITHMS = Rule(
    "jwt-any-algorithm",
    "Token accepted with any algorithm",
    "high",
    "The token itself says how to check it: pass algorithms=[…] with what is expected.",
    347,
)
KEY_IN_CODE = Rule(
    "jwt-key-in-code",
    "Signing key written into the call",
    "high",
    "Whoever reads the code can sign tokens: read the key from the environment or a vault.",
    798,
)
_ENCODERS = frozenset(("jwt.encode", "jose.jwt.encode"))
_DECODERS = frozenset(("jwt.decode", "jose.jwt.decode", "jwt.api_jwt.decode", "authlib.jose.jwt.decode"))


def check_token(node: ast.AST, scope: Scope) -> Iterator[Sighting]:
    """See a JWT decoded with its check off, with the algorithm none, or with no list of algorithms."""
    if not isinstance(node, ast.Call):
        return
    name = scope.module.call_name(node)
    if name.endswith("get_unverified_claims"):
        yield spotted(UNVERIFIED_TOKEN, node, 0.5, "medium")
    if name in _DECODERS or name in _ENCODERS:
        yield from _key(argument(node, 1, "key"))
    if name not in _DECODERS:
        return
    algorithms = argument(node, 2, "algorithms")
    if _is_off(node):
        yield spotted(UNVERIFIED_TOKEN, node, 0.9)
    elif algorithms is not None and any((text_of(each) or "").lower() == "none" for each in _elements(algorithms)):
        yield spotted(UNVERIFIED_TOKEN, node, 0.95)
    elif (
        algorithms is None
        and name != "authlib.jose.jwt.decode"
        and not any(given.arg is None for given in node.keywords)
    ):
        yield spotted(NO_ALGORITHMS, node, 0.5, "medium")


def _key(key: ast.expr | None) -> Iterator[Sighting]:
    """See a key that is a constant; no more than its first letter is quoted."""
    if text_of(key) and key is not None:
        quote = (key.col_offset, key.col_offset + 2)
        yield Sighting(KEY_IN_CODE, key.lineno, key.lineno, 0.75, SOURCE, quote=quote)


def _is_off(node: ast.Call) -> bool:
    if is_constant(keyword(node, "verify"), value=False):
        return True
    match argument(node, 3, "options"):
        case ast.Dict(keys=keys, values=values):
            return any(
                text_of(key) == "verify_signature" and is_constant(value, value=False)
                for key, value in zip(keys, values, strict=True)
            )
        case _:
            return False


def _elements(node: ast.expr) -> list[ast.expr]:
    return list(node.elts) if isinstance(node, ast.List | ast.Tuple | ast.Set) else [node]
