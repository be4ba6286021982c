"""Broken hashes where safety hangs on them."""

import ast
import re
from collections.abc import Iterator

from holdfast.apps.review.analysers.python.grades import spotted
from holdfast.apps.review.analysers.python.module import argument, is_constant, keyword, text_of
from holdfast.apps.review.analysers.python.scope import Scope
from holdfast.apps.review.analysers.subject import Rule, Sighting

BROKEN_HASH = Rule(
    "broken-hash",
    "Broken hash function",
    "low",
    "Two texts with the same MD5 or SHA-1 can be made: use SHA-256, or pass usedforsecurity=False.",
    328,
)
_BROKEN = frozenset(
    ("hashlib.md5", "hashlib.sha1", "Crypto.Hash.MD5.new", "Crypto.Hash.SHA1.new", "Cryptodome.Hash.MD5.new")
)
_GUARDS = re.compile(r"sign|token|auth|verif|secret|integrity|certificate|hmac|nonce|csrf|session", re.IGNORECASE)
_LABELS = re.compile(
    r"etag|cache|checksum|fingerprint|dedup|key|content|file|bucket|shard|colou?r|gravatar|avatar|digest_of|id\b",
    re.IGNORECASE,
)


def check_hash(node: ast.AST, scope: Scope) -> Iterator[Sighting]:
    """See MD5 or SHA-1; where the function's name speaks of labels, not of safety, it is let be."""
    if not isinstance(node, ast.Call):
        return
    name = scope.module.call_name(node)
    if name == "hashlib.new":
        is_broken = (text_of(argument(node, 0, "name")) or "").lower() in ("md5", "sha1", "md4")
    else:
        is_broken = name in _BROKEN
    if not is_broken or is_constant(keyword(node, "usedforsecurity"), value=False):
        return
    around = scope.function.name if scope.function else ""
    if _GUARDS.search(around):
        yield spotted(BROKEN_HASH, node, 0.75, "high")
    elif not _LABELS.search(around):
        yield spotted(BROKEN_HASH, node, 0.4)
