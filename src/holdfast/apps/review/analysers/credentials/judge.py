"""Which of the values that look like secrets are none: placeholders, names, messages, digests, words."""

import re
import string

from holdfast.apps.review.analysers.credentials.detect import Secret
from holdfast.apps.review.analysers.credentials.kinds import BASE64, BASIC_AUTH, HEX, KEYWORD, kind_of
from holdfast.apps.review.analysers.python.identifiers import words_of

KEYWORD_CHARS_MIN = 6
RANDOM_CHARS_MIN = 20
HEX_CHARS_MIN = 32
KEYWORD_CHARS_MAX = 200

_PLACEHOLDER = re.compile(
    r"change[-_ ]?(?:me|it|this)|replace|your[-_ ]|my[-_ ]?(?:secret|password|token|key)|example|placeholder|dummy|"
    r"fake|mock|sample|insert|x{4,}|\*{3,}|\.{3}|#{3,}|<[^>]+>|\{[^}]*\}|%\(|\$\(|\$\{|todo|redact|"
    r"not[-_ ]?(?:a|the|set|real)|"
    r"(?:^|[-_ ])(?:test|foo|bar|baz|demo|default|none|null|undefined|unset|empty|secret|pass(?:w(?:or)?d)?|pwd|pw|"
    r"username|admin)(?:[-_ ]|$)|"
    r"012345|12345678|abcdef|qwerty|deadbeef",
    re.IGNORECASE,
)
_REFERENCE = re.compile(
    r"^[\w-]+(?:\.[\w-]+)+$|^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$|\bos\.|\benv|process\.|getenv|^(?:self|this)\.|\(\)?$|^[@%&!]"
)
_PLACE = re.compile(
    r"^(?:\.{0,2}/|~/|[a-z]+://|[A-Za-z]:\\)|^[\w-]+(?:/[\w.-]+)+$"
    r"|\.(?:json|ya?ml|txt|pem|key|py|js|ts|html?|conf|cfg|ini|toml)$"
)
_WORDS_ONLY = re.compile(r"[a-z]+(?:[-_ .:/][a-z]+)*|[A-Z]?[a-z]+(?:[A-Z][a-z]+)*", re.ASCII)
_NAME_BEFORE = re.compile(
    r"([A-Za-z_][\w-]*)['\"\]]*\s*(?:\[[^\]]*\]\s*)?(?::\s*[\w\[\]., |]+)?\s*(?::=|=>|[=!]==?|=|:|\()\s*[^\w]{0,4}$"
)
_NAME_AFTER = re.compile(r"^[^\w]{0,3}\s*[!=]==?\s*([A-Za-z_][\w.-]*)")
_LOCAL_HOST = re.compile(r"@(?:localhost|127\.|0\.0\.0\.0|(?:[\w-]+\.)*(?:example|test|local)\b|[\w-]+[:/'\"]|host\b)")
_DIGEST = re.compile(
    r"sha\d*|md5|digest|hash|checksum|integrity|commit|revision|\brev\b|fingerprint|thumbprint|etag|public|uuid|guid|version",
    re.IGNORECASE,
)
_TELLING_WORDS = """
    key token secret password passwd pwd auth credential credentials apikey private jwt bearer signing passphrase
"""
_TELLING = frozenset(_TELLING_WORDS.split())
_HARMLESS_WORDS = """
    field name names label path file url uri type header prefix suffix param params regex pattern message error help
    prompt title hint placeholder column attr attribute env var variable id policy format mode hasher hashers validator
    validators class text description option algorithm arn ref version backend manager
"""
_HARMLESS_ENDINGS = frozenset(_HARMLESS_WORDS.split())


def confidence_of(secret: Secret, line: str) -> float:
    """Return how sure it is that this is a secret in use, 0 if it is taken for none."""
    kind = kind_of(secret.kind)
    if secret.is_header:
        return kind.confidence
    if secret.kind == BASIC_AUTH:
        if _is_placeholder(secret.value) or _is_reference(secret.value) or len(set(secret.value)) <= 2:
            return 0.0
        return kind.confidence * (0.5 if _LOCAL_HOST.match(line[secret.end :]) else 1)
    if kind.is_by_format:
        return 0.0 if _is_placeholder(secret.value) or not _has_digit(secret.value) else kind.confidence
    name = _name_of(secret, line)
    if _is_no_value(secret.value) or (words_of(name) and words_of(name)[-1] in _HARMLESS_ENDINGS):
        return 0.0
    return _by_name(secret, name, line)


def _by_name(secret: Secret, name: str, line: str) -> float:
    """Judge a value by the name it is kept under and by its shape."""
    base = kind_of(secret.kind).confidence
    value = secret.value
    words = set(words_of(name))
    match secret.kind:
        case str(kind) if kind == KEYWORD:
            if not KEYWORD_CHARS_MIN <= len(value) <= KEYWORD_CHARS_MAX or " " in value.strip():
                return 0.0
            if _letters(value) == _letters(name):
                return 0.0
            if _WORDS_ONLY.fullmatch(value):
                return 0.0 if value.lower() in words else base * 0.5
            return base + (0.15 if _has_digit(value) and len(value) >= 10 else 0.0)
        case str(kind) if kind == BASE64:
            is_random = len(value) >= RANDOM_CHARS_MIN and _classes(value) >= 3 and not _PLACE.search(value)
            return base if is_random and words & _TELLING and not _DIGEST.search(line) else 0.0
        case str(kind) if kind == HEX:
            return base if len(value) >= HEX_CHARS_MIN and words & _TELLING and not _DIGEST.search(line) else 0.0
        case _:
            return base


def _is_no_value(value: str) -> bool:
    return _is_placeholder(value) or _is_reference(value) or bool(_PLACE.search(value)) or len(set(value)) <= 2


def _is_placeholder(value: str) -> bool:
    return bool(_PLACEHOLDER.search(value))


def _is_reference(value: str) -> bool:
    return bool(_REFERENCE.search(value))


def _name_of(secret: Secret, line: str) -> str:
    before = _NAME_BEFORE.search(line[max(0, secret.start - 120) : secret.start])
    if before:
        return before.group(1)
    after = _NAME_AFTER.match(line[secret.end : secret.end + 120])
    return after.group(1).rpartition(".")[2] if after else ""


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text)).lower()


def _has_digit(value: str) -> bool:
    return any(character.isdigit() for character in value)


def _classes(value: str) -> int:
    """Return how many of upper case, lower case and digits a value has."""
    found = set(value)
    return sum(not found.isdisjoint(each) for each in (string.ascii_lowercase, string.ascii_uppercase, string.digits))
