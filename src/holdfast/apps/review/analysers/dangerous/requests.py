"""Requests this program can be made to send to any address."""

import ast
import re
from collections.abc import Iterator

from holdfast.apps.review.analysers.python.grades import Grades, graded
from holdfast.apps.review.analysers.python.module import argument
from holdfast.apps.review.analysers.python.scope import Scope
from holdfast.apps.review.analysers.python.values import Origin
from holdfast.apps.review.analysers.subject import Rule, Sighting

FOREIGN_ADDRESS = Rule(
    "request-to-foreign-address",
    "Address of a request decided from outside",
    "high",
    "The program can be made to reach services only it can reach: allow known hosts only.",
    918,
)
OPEN_REDIRECT = Rule(
    "open-redirect",
    "Redirect to an address from outside",
    "medium",
    "A link to this site can lead anywhere: allow paths of this site only.",
    601,
)
_GRADES: Grades = {Origin.EXTERNAL: ("high", 0.8)}
_REDIRECT_GRADES: Grades = {Origin.EXTERNAL: ("medium", 0.7)}
_REQUESTS = re.compile(
    r"^(?:requests|httpx)\.(?:get|post|put|patch|delete|head|options|request|stream)$|(?:^|\.)urlopen$|^urllib\.request\.Request$"
    r"|^aiohttp\.request$|(?:session|client)(?:\(\))?\.(?:get|post|put|patch|delete|head)$",
    re.IGNORECASE,
)
_REDIRECTS = frozenset(("redirect", "HttpResponseRedirect", "RedirectResponse", "HTTPFound"))
_FIXED_HOST = re.compile(r"https?://[\w.-]+[/?#]")


def check_request(node: ast.AST, scope: Scope) -> Iterator[Sighting]:
    """See an address from outside that is requested or redirected to; a fixed host before it makes it harmless."""
    if not isinstance(node, ast.Call):
        return
    name = scope.module.call_name(node)
    if _REQUESTS.search(name):
        rule, grades = FOREIGN_ADDRESS, _GRADES
        address = argument(node, 1 if name.endswith((".request", ".stream")) and len(node.args) > 1 else 0, "url")
    elif name.rpartition(".")[2] in _REDIRECTS:
        rule, grades = OPEN_REDIRECT, _REDIRECT_GRADES
        address = argument(node, 0, "location")
    else:
        return
    if address is None:
        return
    value = scope.value(address)
    if not (value.is_built and (_FIXED_HOST.match(value.literal) or value.literal.startswith("/"))):
        yield from graded(rule, node, value.origin, grades)
