"""Secrets and personal data written where many can read: logs, standard output, messages of exceptions."""

import ast
import re
from collections.abc import Iterator

from holdfast.apps.review.analysers.python.grades import spotted
from holdfast.apps.review.analysers.python.identifiers import is_personal_name, is_secret_name, last_identifier
from holdfast.apps.review.analysers.python.scope import Scope
from holdfast.apps.review.analysers.subject import Rule, Sighting

SECRET_LOGGED = Rule(
    "secret-in-log",
    "Secret written to a log",
    "high",
    "Logs are read by many and kept for long: leave it out, or log that it was given.",
    532,
)
PERSON_LOGGED = Rule(
    "personal-data-in-log",
    "Personal data written to a log",
    "medium",
    "Logs are read by many and kept for long: log an id in its place.",
    532,
)
SECRET_RAISED = Rule(
    "secret-in-exception",
    "Secret in the message of an exception",
    "medium",
    "Messages end in logs and on error pages: leave it out.",
    209,
)
_LOG = re.compile(
    r"(?:^|[._])(?:log|logger|logging|LOG|LOGGER)(?:\(\)|\.getLogger\(\)|\.\w+\(\))?\."
    r"(?:debug|info|warning|warn|error|exception|critical|fatal|log)$"
)
_WHOLE_REQUEST = re.compile(r"(?:^|\.)request\.(?:form|headers|cookies|data|json|POST|body)$")
_PRINTERS = frozenset(("print", "pprint.pprint", "sys.stdout.write", "sys.stderr.write", "warnings.warn"))
_CONCEALING = re.compile(
    r"(?:^|[._])(?:len|bool|type|isinstance|id|hash|mask\w*|redact\w*|hide\w*|obfuscate\w*|censor\w*|anonymi[sz]e\w*|"
    r"hexdigest|encrypt\w*|sha\d+|md5|bcrypt|scrub\w*|sanitize\w*|fingerprint|count)$"
)


def check_log(node: ast.AST, scope: Scope) -> Iterator[Sighting]:
    """See a secret or a person's data among what is logged or printed."""
    if not isinstance(node, ast.Call):
        return
    name = scope.module.call_name(node)
    is_print = name in _PRINTERS
    if not is_print and not _LOG.search(name):
        return
    written = [each for given in (*node.args, *(each.value for each in node.keywords)) for each in _shown(given, scope)]
    if any(map(is_secret_name, written)):
        yield spotted(SECRET_LOGGED, node, 0.5 if is_print else 0.75)
    elif any(map(is_personal_name, written)) or any(_shows_request(given, scope) for given in node.args):
        yield spotted(PERSON_LOGGED, node, 0.4 if is_print else 0.6)


def _shows_request(node: ast.expr, scope: Scope) -> bool:
    """Whether all that somebody sent is written: forms and headers hold passwords and names."""
    parts = [child.value for child in ast.walk(node) if isinstance(child, ast.FormattedValue)] or [node]
    return any(_WHOLE_REQUEST.search(scope.module.name_of(part)) for part in parts)


def check_raise(node: ast.AST, scope: Scope) -> Iterator[Sighting]:
    """See a secret among what an exception is made of."""
    match node:
        case ast.Raise(exc=ast.Call(args=arguments)):
            built = [each for each in arguments if isinstance(each, ast.JoinedStr | ast.BinOp | ast.Call)]
            if any(is_secret_name(name) for each in built for name in _shown(each, scope)):
                yield spotted(SECRET_RAISED, node, 0.6)
        case _:
            return


def _shown(node: ast.expr, scope: Scope) -> Iterator[str]:
    """Yield the names whose values become part of the text; what conceals or only tests them is passed over."""
    match node:
        case ast.Name() | ast.Attribute() | ast.Subscript():
            yield last_identifier(node)
        case ast.JoinedStr(values=parts):
            for part in parts:
                if isinstance(part, ast.FormattedValue):
                    yield from _shown(part.value, scope)
        case ast.BinOp(left=left, right=right):
            yield from _shown(left, scope)
            yield from _shown(right, scope)
        case ast.Tuple(elts=elements) | ast.List(elts=elements):
            for element in elements:
                yield from _shown(element, scope)
        case ast.Dict(values=values):
            for value in values:
                yield from _shown(value, scope)
        case ast.Call():
            yield from _shown_by_call(node, scope)
        case _:
            return


def _shown_by_call(node: ast.Call, scope: Scope) -> Iterator[str]:
    name = last_identifier(node)
    if name:
        yield name
    elif not _CONCEALING.search(scope.module.call_name(node)):
        is_text_method = isinstance(node.func, ast.Attribute) and node.func.attr in (
            "format",
            "join",
            "strip",
            "decode",
        )
        if is_text_method or scope.module.call_name(node) in ("str", "repr"):
            for given in (*node.args, *(each.value for each in node.keywords)):
                yield from _shown(given, scope)
