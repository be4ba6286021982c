"""Dangerous calls in JavaScript and TypeScript, and in shell scripts, line by line."""

import re

from holdfast.apps.review.analysers.dangerous.evaluation import CODE_FROM_TEXT
from holdfast.apps.review.analysers.dangerous.paths import PATH_TRAVERSAL
from holdfast.apps.review.analysers.dangerous.requests import FOREIGN_ADDRESS, OPEN_REDIRECT
from holdfast.apps.review.analysers.dangerous.sql import SQL_FROM_STRINGS
from holdfast.apps.review.analysers.patterns import Pattern
from holdfast.apps.review.analysers.subject import Rule

_HTML = Rule(
    "html-from-text",
    "Markup set from a variable",
    "medium",
    "A value can bring a script into the page: set text, or sanitise the markup.",
    79,
)
_COMMAND = Rule(
    "script-shell-command",
    "Shell command with a variable part",
    "high",
    "A shell takes apart what it is given: use execFile or spawn with a list.",
    78,
)
_PIPED = Rule(
    "download-into-shell",
    "Download run unseen",
    "medium",
    "Whoever controls the address or the way decides what runs: check a digest first.",
    494,
)
_EVAL = Rule(
    CODE_FROM_TEXT.id, "Text run as code", CODE_FROM_TEXT.severity, "Whoever decides the text decides what runs.", 95
)

_SENT = r"\breq(?:uest)?\.(?:query|params|body|headers)\b"

SCRIPT_PATTERNS = (
    Pattern(_EVAL, re.compile(r"(?<![\w.$])(?:eval|new Function)\((?!\s*['\"`][^'\"`$]*['\"`]\s*\)|\s*\))"), 0.5),
    Pattern(_HTML, re.compile(r"\.(?:inner|outer)HTML\s*\+?=(?!=)(?!\s*['\"`][^'\"`$]*['\"`]\s*;?\s*$)"), 0.4),
    Pattern(_HTML, re.compile(r"\bdocument\.write(?:ln)?\((?!\s*['\"`][^'\"`$]*['\"`]\s*\))"), 0.4),
    Pattern(_HTML, re.compile(r"dangerouslySetInnerHTML=\{\{\s*__html:(?!\s*['\"`][^'\"`$]*['\"`])"), 0.4),
    Pattern(_COMMAND, re.compile(r"\b(?:exec|execSync)\(\s*(?:`[^`]*\$\{|['\"][^'\"]*['\"]\s*\+)"), 0.6),
    Pattern(
        SQL_FROM_STRINGS,
        re.compile(
            r"\.(?:query|execute|raw)\(\s*(?:`\s*(?:select|insert|update|delete)\b[^`]*\$\{"
            r"|['\"]\s*(?:select|insert|update|delete)\b[^'\"]*['\"]\s*\+|\"\s*(?:select|insert|update|delete)\b[^\"]*\"\s*\+)",
            re.IGNORECASE,
        ),
        0.6,
    ),
    Pattern(
        PATH_TRAVERSAL, re.compile(r"\b(?:readFile|createReadStream|sendFile|unlink)(?:Sync)?\([^)]*" + _SENT), 0.7
    ),
    Pattern(OPEN_REDIRECT, re.compile(r"\.redirect\(\s*" + _SENT), 0.6),
    Pattern(FOREIGN_ADDRESS, re.compile(r"\b(?:fetch|got|axios(?:\.\w+)?)\(\s*" + _SENT), 0.6),
    Pattern(
        _PIPED,
        re.compile(r"\b(?:curl|wget)\b[^|;#]*\|\s*(?:sudo\s+)?(?:ba|z|da)?sh\b"),
        0.6,
        frozenset(("Shell", "Dockerfile", "Makefile", "YAML")),
    ),
)
