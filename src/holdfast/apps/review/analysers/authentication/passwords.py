"""Passwords kept under a hash that is too quick."""

import ast
import re
from collections.abc import Iterator

from holdfast.apps.review.analysers.python.grades import spotted
from holdfast.apps.review.analysers.python.identifiers import last_identifier, words_of
from holdfast.apps.review.analysers.python.module import text_of
from holdfast.apps.review.analysers.python.scope import Scope
from holdfast.apps.review.analysers.subject import Rule, Sighting

QUICK_HASH = Rule(
    "password-hashed-quickly",
    "Password under a quick hash",
    "high",
    "Such hashes are guessed by the billion a second: use argon2, scrypt or bcrypt.",
    916,
)
_HASH = re.compile(r"^hashlib\.(md5|sha1|sha224|sha256|sha384|sha512|sha3_\d+|blake2[bs]|new)$")
_PASSWORDS = frozenset(("password", "passwd", "pwd", "passphrase"))


def check_password_hash(node: ast.AST, scope: Scope) -> Iterator[Sighting]:
    """See a password go straight into hashlib."""
    if not isinstance(node, ast.Call) or not _HASH.match(scope.module.call_name(node)):
        return
    names = {last_identifier(child) for given in node.args if text_of(given) is None for child in ast.walk(given)}
    if any(set(words_of(name)[-1:]) & _PASSWORDS for name in names):
        yield spotted(QUICK_HASH, node, 0.8)
