"""Tokens and passwords drawn from a generator that can be predicted."""

import ast
import re
from collections.abc import Iterator

from holdfast.apps.review.analysers.python.grades import spotted
from holdfast.apps.review.analysers.python.identifiers import is_secret_name, last_identifier, words_of
from holdfast.apps.review.analysers.python.scope import Scope
from holdfast.apps.review.analysers.subject import Rule, Sighting

PREDICTABLE = Rule(
    "predictable-secret",
    "Secret drawn from a predictable generator",
    "high",
    "From some of its output the rest of random can be computed: use the secrets module.",
    330,
)
_RANDOM = re.compile(
    r"^(?:random|numpy\.random)\.(?:random|randint|randrange|choice|choices|sample|getrandbits|randbytes|uniform)$"
)
_SECRET_ENDINGS = frozenset(("token", "nonce", "salt", "otp", "pin"))
_CONFIRMS = re.compile(r"reset|verif|confirm|login|sign_?in|otp|2fa|mfa|invite", re.IGNORECASE)
_MAKES_SECRET = re.compile(
    r"(?:generate|make|create|new|random|gen|get)_?\w*?(?:token|password|secret|otp|nonce|salt|api_?key|session_?id|pin)$"
)


def check_random_assignment(node: ast.AST, scope: Scope) -> Iterator[Sighting]:
    """See a secret's name given what random drew."""
    match node:
        case (
            ast.Assign(targets=[target], value=ast.expr() as value)
            | ast.AnnAssign(target=target, value=ast.expr() as value)
        ):
            if not _draws(value, scope):
                return
            name = last_identifier(target)
            if _is_secret(name):
                yield spotted(PREDICTABLE, node, 0.75)
            elif words_of(name)[-1:] == ("code",) and scope.function and _CONFIRMS.search(scope.function.name):
                yield spotted(PREDICTABLE, node, 0.6)
        case _:
            return


def check_random_return(node: ast.AST, scope: Scope) -> Iterator[Sighting]:
    """See a function that makes secrets return what random drew."""
    function = scope.function
    if not isinstance(node, ast.Return) or node.value is None or function is None:
        return
    if _MAKES_SECRET.search(function.name.lower()) and _draws(node.value, scope):
        yield spotted(PREDICTABLE, node, 0.7)


def _is_secret(name: str) -> bool:
    return is_secret_name(name) or bool(set(words_of(name)[-1:]) & _SECRET_ENDINGS)


def _draws(node: ast.expr, scope: Scope) -> bool:
    return any(isinstance(child, ast.Call) and _RANDOM.match(scope.module.call_name(child)) for child in ast.walk(node))
