"""Authentication in JavaScript and TypeScript, line by line."""

import re

from holdfast.apps.review.analysers.authentication.randomness import PREDICTABLE
from holdfast.apps.review.analysers.authentication.settings import CORS_OPEN
from holdfast.apps.review.analysers.authentication.tokens import UNVERIFIED_TOKEN
from holdfast.apps.review.analysers.authentication.verification import UNVERIFIED_PEER
from holdfast.apps.review.analysers.patterns import Pattern
from holdfast.apps.review.analysers.subject import Rule

_PREDICTABLE = Rule(
    PREDICTABLE.id, PREDICTABLE.title, PREDICTABLE.severity, "Math.random can be predicted: use crypto.", 330
)

SCRIPT_PATTERNS = (
    Pattern(UNVERIFIED_PEER, re.compile(r"\brejectUnauthorized\s*:\s*false\b"), 0.8),
    Pattern(UNVERIFIED_PEER, re.compile(r"NODE_TLS_REJECT_UNAUTHORIZED['\"\]]*\s*=\s*['\"]?0"), 0.8),
    Pattern(UNVERIFIED_TOKEN, re.compile(r"\balgorithms\s*:\s*\[[^\]]*['\"]none['\"]", re.IGNORECASE), 0.9),
    Pattern(CORS_OPEN, re.compile(r"Access-Control-Allow-Origin['\"]\s*[,:]\s*['\"]\*['\"]"), 0.5),
    Pattern(CORS_OPEN, re.compile(r"\bcors\(\s*\{[^}]*origin\s*:\s*(?:['\"]\*['\"]|true)"), 0.5),
    Pattern(
        _PREDICTABLE,
        re.compile(
            r"\b\w*(?:token|password|secret|nonce|otp|session_?id|apikey)\w*\b[^=;]{0,40}=(?!=)[^;]*\bMath\.random\(",
            re.IGNORECASE,
        ),
        0.7,
    ),
)
