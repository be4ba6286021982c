"""The other side's certificate, taken without looking."""

import ast
from collections.abc import Iterator

from holdfast.apps.review.analysers.python.grades import spotted
from holdfast.apps.review.analysers.python.module import is_constant, keyword
from holdfast.apps.review.analysers.python.scope import Scope
from holdfast.apps.review.analysers.subject import Rule, Sighting

UNVERIFIED_PEER = Rule(
    "certificate-unverified",
    "Certificate not verified",
    "high",
    "Whoever is on the way can pose as the server: verify, and name an own authority where there is one.",
    295,
)
_HTTP = (
    "requests",
    "httpx",
    "aiohttp",
    "session",
    "client",
    "Session",
    "Client",
    "ClientSession",
    "Elasticsearch",
    "TCPConnector",
)
_UNVERIFIED_CONTEXTS = frozenset(("ssl._create_unverified_context",))


def check_verification(node: ast.AST, scope: Scope) -> Iterator[Sighting]:
    """See a connection opened with verification off."""
    if not isinstance(node, ast.Call):
        return
    name = scope.module.call_name(node)
    if name in _UNVERIFIED_CONTEXTS:
        yield spotted(UNVERIFIED_PEER, node, 0.85)
    for switch in ("verify", "verify_ssl", "ssl_verify", "verify_certs"):
        if is_constant(keyword(node, switch), value=False) and not name.endswith("jwt.decode"):
            yield spotted(UNVERIFIED_PEER, node, 0.85 if any(part in name for part in _HTTP) else 0.5)
    if name.startswith("aiohttp.") and is_constant(keyword(node, "ssl"), value=False):
        yield spotted(UNVERIFIED_PEER, node, 0.85)


def check_verification_switch(node: ast.AST, scope: Scope) -> Iterator[Sighting]:
    """See a session, or a TLS context, told not to verify."""
    if not isinstance(node, ast.Assign):
        return
    for target in node.targets:
        if not isinstance(target, ast.Attribute):
            continue
        value = scope.module.name_of(node.value)
        is_off = target.attr in ("verify", "check_hostname") and is_constant(node.value, value=False)
        if is_off or (target.attr == "verify_mode" and value.endswith("CERT_NONE")):
            yield spotted(UNVERIFIED_PEER, node, 0.75)
        elif value in _UNVERIFIED_CONTEXTS:
            yield spotted(UNVERIFIED_PEER, node, 0.85)
