"""Data sent over connections that anybody on the way can read."""

import ast
import re
from collections.abc import Iterator

from holdfast.apps.review.analysers.python.grades import spotted
from holdfast.apps.review.analysers.python.identifiers import last_identifier
from holdfast.apps.review.analysers.python.scope import Scope
from holdfast.apps.review.analysers.subject import Rule, Sighting

CLEARTEXT = Rule(
    "cleartext-http",
    "Address without encryption",
    "low",
    "What is sent can be read and changed on the way: use https.",
    319,
)
_PLAIN = re.compile(r"http://(?P<host>[\w.-]+)", re.IGNORECASE)
_LOCAL = re.compile(
    r"(?:localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|10\.\d+\.\d+\.\d+|192\.168\.\d+\.\d+|169\.254\.\d+\.\d+|host\.docker\.internal|"
    r"[\w-]+|(?:[\w-]+\.)*(?:example|test|invalid|local|localhost|internal|svc)(?:\.(?:com|org|net))?|www\.w3\.org|"
    r"(?:[\w.-]+\.)?(?:w3|xmlsoap|openxmlformats|purl|xmlns|iana|ietf|schemas)\.(?:org|com))",
    re.IGNORECASE,
)
_CALLS = re.compile(
    r"^(?:requests|httpx)\.(?:get|post|put|patch|delete|head|request)$|(?:^|\.)urlopen$|(?:session|client)\.(?:get|post|put|patch|delete)$"
)
_CALLED = re.compile(
    r"(?:^|_)(?:endpoint|webhook|api|server)(?:_?ur[li]|_host|_base)?$"
    r"|(?:base|service|callback|auth|login|token|backend|upload|download|update|index|registry|mirror)_?(?:ur[li]|host)$",
    re.IGNORECASE,
)


def check_address(node: ast.AST, scope: Scope) -> Iterator[Sighting]:
    """See a request to a plain http address that is not on this machine or network."""
    if not isinstance(node, ast.Call) or not _CALLS.search(scope.module.call_name(node)):
        return
    if any(is_plain(scope.value(given).literal) for given in node.args[:2]):
        yield spotted(CLEARTEXT, node, 0.6, "medium")


def check_address_setting(node: ast.AST, scope: Scope) -> Iterator[Sighting]:
    """See such an address kept under a name that says it will be called."""
    match node:
        case (
            ast.Assign(targets=[target], value=ast.Constant(value=str(text)))
            | ast.AnnAssign(target=target, value=ast.Constant(value=str(text)))
        ):
            if _CALLED.search(last_identifier(target)) and is_plain(text):
                yield spotted(CLEARTEXT, node, 0.45)
        case _:
            return


def is_plain(text: str) -> bool:
    """Whether a text begins as an http address of some other machine; names of XML schemas are no addresses."""
    found = _PLAIN.match(text)
    return found is not None and not _LOCAL.fullmatch(found["host"])
