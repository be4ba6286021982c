"""How code says what a reader looks for, in the usual languages: sources, cleaning, assignments, heads of functions."""

import enum
import re

import msgspec


class Origin(enum.Enum):
    """Who decides a value."""

    REQUEST = "request"
    COMMAND_LINE = "command line"
    PARAMETER = "parameter"
    CONSTANT = "constant"
    UNKNOWN = "unknown"


class Assignment(msgspec.Struct, frozen=True):
    """Names that are given a value, and the code of the value."""

    targets: frozenset[str]
    value: str


_REQUEST = re.compile(
    r"\brequest\.(?:args|form|values|json|get_json|data|files|headers|cookies|GET|POST|FILES|META|body|query|params|"
    r"query_params|path_params|match_info|stream|query_string)\b|\breq\.(?:query|params|body|headers|cookies|param)\b|"
    r"\bctx\.(?:query|params|request)\b|\$_(?:GET|POST|REQUEST|COOKIE|FILES|SERVER)\b|\bparams\[|\bgetParameter\(|"
    r"\.FormValue\(|\.URL\.Query\(|\bget_(?:query_|body_)?arguments?\(|\bevent\[.(?:body|queryString|pathParam)|"
    r"\.recv\(|\bself\.rfile\b"
)
_COMMAND_LINE = re.compile(
    r"\bsys\.argv\b|\bprocess\.argv\b|\bos\.Args\b|\bparse_args\(|(?<![\w.])(?:raw_)?input\(|\bsys\.stdin\b"
)
_CLEANED = re.compile(
    r"\b(?:shlex\.quote|pipes\.quote|(?:html|markupsafe|cgi)\.escape|escape|bleach\.clean|secure_filename|safe_join|"
    r"is_relative_to|basename|int|float|UUID|uuid\.UUID|parseInt|Number|encodeURIComponent|urlencode|quote_plus|quote|"
    r"DOMPurify\.sanitize|escapeshellarg|htmlspecialchars|intval|fullmatch|validate\w*|sanitize\w*)\s*\("
)
_HEAD = re.compile(
    r"^\s*(?:export\s+)?(?:public\s+|private\s+|protected\s+|static\s+|async\s+)*"
    r"(?:def\s+|function\s+|func\s+(?:\([^)]*\)\s*)?|fn\s+)(?P<name>\w+)\s*[(<]"
    r"|^\s*(?:(?:const|let|var)\s+)?(?P<bound>\w+)\s*[:=]\s*(?:async\s*)?(?:function\s*)?\([^()]*\)\s*(?:=>|\{)"
)
_CLASS = re.compile(r"^\s*(?:export\s+)?(?:public\s+|abstract\s+)*class\s+\w+")
_ROUTE = re.compile(
    r"^\s*@[\w.]*(?:route|get|post|put|patch|delete|api_view|websocket|view_config|expose|Mapping)\b\(?"
)
_ASSIGNED = re.compile(
    r"^\s*(?:(?:var|let|const|final|auto|my|local)\s+)?(?P<targets>[$@]?[A-Za-z_][\w.]*(?:\s*,\s*[$@]?[A-Za-z_]\w*)*)"
    r"\s*(?::[^=:]+)?(?:[-+*/|&%.]?=|:=)(?!=)\s*(?P<value>.+)$"
)
_LOOP = re.compile(r"\bfor\s*\(?\s*(?:const\s+|let\s+|var\s+)?(?P<targets>[\w$, ]{1,80}?)\s+(?:in|of)\s+(?P<value>.+)$")
_TEXT = re.compile(
    r"""[fFrRbBuU]{0,2}(?P<quote>"{3}|'{3}|["'`])(?P<body>(?:\\.|(?!(?P=quote)).)*)(?:(?P=quote)|$)""", re.DOTALL
)
_INSERTED = re.compile(r"[$#]?\{([^{}]*)\}|(\$[A-Za-z_]\w*)")
_NAME = re.compile(r"(?<![\w.$])[$@]?[A-Za-z_]\w*(?!\w)(?!\s*\()")
_KEYWORD = re.compile(r"(?<![\w.$])[A-Za-z_]\w*\s*=(?!=)")
_CALLEE = re.compile(r"(?<![\w.$])[$@]?[A-Za-z_]\w*(?:\.\w+)*\.(?P<method>\w+)\((?!\s*\))")
_OF_TEXT = frozenset(("decode", "encode", "format", "get", "join", "removeprefix", "replace", "split", "strip", "sub"))
"""Methods that give back what they are called on; the object of any other is not the value that is passed."""
_WORDS = (
    "and or not in is if else for while return yield await async with as lambda from import None True False self cls "
    "this null true false new typeof void const let var def function class try except finally raise pass del assert"
)
_RESERVED = frozenset(("_", *_WORDS.split()))


def names_in(code: str) -> frozenset[str]:
    """Return the names of values that a piece of code uses: no literals, no attributes, nothing that is called."""
    inserted = (one or other for text in _TEXT.finditer(code) for one, other in _INSERTED.findall(text["body"]))
    bare = _KEYWORD.sub(" ", _CALLEE.sub(_without_callee, f"{_TEXT.sub(' _ ', code)} {' '.join(inserted)}"))
    return frozenset(_NAME.findall(bare)) - _RESERVED


def parameters_in(head: str) -> frozenset[str]:
    """Return the names in the head of a function, behind its own."""
    return frozenset(_NAME.findall(_TEXT.sub(" ", head.partition("(")[2]))) - _RESERVED


def origin_in(code: str) -> Origin | None:
    """Return who decides what this code reads from outside; None if it reads nothing from there."""
    if _REQUEST.search(code):
        return Origin.REQUEST
    return Origin.COMMAND_LINE if _COMMAND_LINE.search(code) else None


def cleaned_in(code: str) -> str:
    """Return the name of what checks or escapes a value here, empty if nothing does."""
    found = _CLEANED.search(code)
    return found.group().rstrip("( \t") if found else ""


def assignment_in(line: str) -> Assignment | None:
    """Return what a line assigns, or what it loops over."""
    said = _ASSIGNED.match(line) or _LOOP.search(line)
    if said is None:
        return None
    targets = frozenset(target.strip().partition(".")[0] for target in said["targets"].split(","))
    return Assignment(targets, said["value"])


def function_headed(line: str) -> str:
    """Return the name of the function whose head a line begins, empty if it begins none."""
    head = _HEAD.match(line)
    return (head["name"] or head["bound"]) if head else ""


def is_class_head(line: str) -> bool:
    """Whether a class begins here."""
    return _CLASS.match(line) is not None


def is_route(line: str) -> bool:
    """Whether a line has a web framework call the function under it."""
    return _ROUTE.match(line) is not None


def _without_callee(called: re.Match[str]) -> str:
    return called.group() if called["method"] in _OF_TEXT else " ("


def indent(line: str) -> int:
    """Return by how much a line is indented."""
    return len(line) - len(line.lstrip())
