"""Secrets and rights decided by comparing with ``==``."""

import ast
import re
from collections.abc import Iterator

from holdfast.apps.review.analysers.python.grades import SOURCE, spotted
from holdfast.apps.review.analysers.python.identifiers import is_secret_name, last_identifier, words_of
from holdfast.apps.review.analysers.python.module import text_of
from holdfast.apps.review.analysers.python.scope import Scope
from holdfast.apps.review.analysers.python.values import Origin
from holdfast.apps.review.analysers.subject import Rule, Sighting

TIMING = Rule(
    "secret-compared-plainly",
    "Secret compared in a time that tells",
    "medium",
    "How long == takes tells how much is right: use hmac.compare_digest.",
    208,
)
HARD_CODED = Rule(
    "hard-coded-credential-check",
    "Password written into the check",
    "critical",
    "Whoever reads the code gets in: keep a salted hash outside of it.",
    798,
)
NAMED_ADMIN = Rule(
    "right-by-user-name",
    "Rights decided by a user's name",
    "medium",
    "A name is no proof of a right: ask for a role that is granted.",
    285,
)
_SIGNATURES = frozenset(("signature", "hmac", "mac"))
_ADMIN = frozenset(("admin", "administrator", "root", "superuser"))
_NAMES = frozenset(("username", "user_name", "login", "user", "uname", "email"))
_TEST_WORD = re.compile(r"\W*|password|secret|none|null|required|changed|string|unset", re.IGNORECASE)
_REPEATED = re.compile(r"confirm|repeat|again|re_?type|re_?enter|verif|check|\d$|^(?:old|new)_", re.IGNORECASE)
_REVEALED_CHARS = 1


def check_comparison(node: ast.AST, scope: Scope) -> Iterator[Sighting]:
    """See a secret on one side of == or !=."""
    match node:
        case ast.Compare(left=left, ops=[ast.Eq() | ast.NotEq()], comparators=[right]):
            for one, other in ((left, right), (right, left)):
                yield from _compared(node, one, other, scope)
        case _:
            return


def _compared(node: ast.Compare, one: ast.expr, other: ast.expr, scope: Scope) -> Iterator[Sighting]:
    name = last_identifier(one)
    text = text_of(other)
    if text is not None:
        if name.lower() in _NAMES and text.lower() in _ADMIN and isinstance(node.ops[0], ast.Eq):
            yield spotted(NAMED_ADMIN, node, 0.4)
        elif _is_password(name) and not _TEST_WORD.fullmatch(text):
            start = node.col_offset if one is node.left and node.lineno == other.lineno else other.col_offset
            quote = (start, other.col_offset + 1 + _REVEALED_CHARS)
            yield Sighting(HARD_CODED, other.lineno, other.lineno, 0.7, SOURCE, quote=quote)
        return
    if not isinstance(other, ast.Name | ast.Attribute | ast.Subscript | ast.Call):
        return
    if not (is_secret_name(name) or words_of(name)[-1:] in {(word,) for word in _SIGNATURES}) or _is_enum(other):
        return
    if _REPEATED.search(name) or _REPEATED.search(last_identifier(other)):
        return
    outside = Origin.EXTERNAL in (scope.value(one).origin, scope.value(other).origin)
    both = is_secret_name(last_identifier(other)) or words_of(last_identifier(other))[-1:] in {
        (word,) for word in _SIGNATURES
    }
    if outside:
        yield spotted(TIMING, node, 0.65)
    elif both and scope.module.is_web:
        yield spotted(TIMING, node, 0.4, "low")


def _is_password(name: str) -> bool:
    return bool(set(words_of(name)[-1:]) & {"password", "passwd", "pwd", "passphrase", "passcode"})


def _is_enum(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr.isupper()
