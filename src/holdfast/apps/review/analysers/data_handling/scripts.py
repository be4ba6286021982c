"""Data handling in JavaScript and TypeScript, line by line."""

import re

from holdfast.apps.review.analysers.data_handling.hashes import BROKEN_HASH
from holdfast.apps.review.analysers.data_handling.leaks import PERSON_LOGGED, SECRET_LOGGED
from holdfast.apps.review.analysers.data_handling.transport import CLEARTEXT
from holdfast.apps.review.analysers.patterns import Pattern

_CONSOLE = (
    r"\b(?:console|logger|log)\.(?:log|debug|info|warn|error)\("
    r"[^'\"`)]*(?:['\"][^'\"]*['\"]\s*[,+]\s*|`[^`]*\$\{\s*)?(?:[\w.]+\.)?"
)
_ELSEWHERE = r"http://(?!localhost|127\.|0\.0\.0\.0|10\.|192\.168\.|[\w.-]*(?:example|test|local)\b)[\w-]+\."

SCRIPT_PATTERNS = (
    Pattern(
        SECRET_LOGGED,
        re.compile(
            _CONSOLE + r"(?:\w*[pP]assword|passwd|\w*[sS]ecret|apiKey|accessToken|authToken|refreshToken)\b\s*[,)}+]"
        ),
        0.6,
    ),
    Pattern(
        PERSON_LOGGED,
        re.compile(_CONSOLE + r"(?:email|ssn|phoneNumber|dateOfBirth|creditCard|cardNumber|cvv|iban)\b\s*[,)}+]"),
        0.5,
    ),
    Pattern(BROKEN_HASH, re.compile(r"\bcreateHash\(\s*['\"](?:md5|sha1)['\"]"), 0.4),
    Pattern(CLEARTEXT, re.compile(r"\b(?:fetch|axios(?:\.\w+)?)\(\s*['\"`]" + _ELSEWHERE), 0.6),
)
