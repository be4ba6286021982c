"""Code as an agent may see it: where a secret stands, its first characters and a mark. No model, no journal has it.

What the analysers tell of a secret ends at the same character, so what an agent quotes from here agrees with them.
"""

import re
from collections.abc import Sequence

from holdfast.apps.review.analysers.credentials.detect import Secret, secrets_in
from holdfast.apps.review.analysers.credentials.judge import confidence_of
from holdfast.apps.review.analysers.credentials.kinds import BASIC_AUTH, kind_of
from holdfast.apps.review.source.files import SourceFile

MASK = "…"
SHOWN_CHARS_MAX = 4

_TOKEN_REST = r"[\w.+/=-]*"  # detect-secrets takes only the first parts of some tokens
_KEY_END = re.compile(r"-----END |^Private-MAC:")
_KEY_TEXT = re.compile(r"[A-Za-z0-9+/=]{8,}")
_LONG_RUN = re.compile(r"[A-Za-z0-9+/]{60,}={0,2}")


def masked(file: SourceFile, lines: Sequence[str]) -> tuple[str, ...]:
    """Return lines that follow each other in a file with every secret in them masked, also a key over many lines."""
    shown: list[str] = []
    is_in_key = False
    for line in lines:
        secrets = secrets_in(file.path, file.language, line) if line else ()
        is_in_key = not _KEY_END.search(line) and (is_in_key or any(secret.is_header for secret in secrets))
        text = _without(
            line, [secret for secret in secrets if not secret.is_header and confidence_of(secret, line) > 0]
        )
        text = _LONG_RUN.sub(_cut_if_random, text)
        shown.append(_KEY_TEXT.sub(_cut, text) if is_in_key and not any(one.is_header for one in secrets) else text)
    return tuple(shown)


def _without(line: str, secrets: Sequence[Secret]) -> str:
    """Mask each secret wherever it stands in the line; the longest first, for one may hold another."""
    for secret in sorted(secrets, key=lambda one: -len(one.value)):
        has_more = kind_of(secret.kind).is_by_format and secret.kind != BASIC_AUTH
        tails = _TOKEN_REST if has_more else ""
        shown = secret.value[: secret.revealed_end - secret.start] + MASK
        line = shown.join(re.split(re.escape(secret.value) + tails, line))
    return line


def _cut(found: re.Match[str]) -> str:
    return found.group()[:SHOWN_CHARS_MAX] + MASK


def _cut_if_random(found: re.Match[str]) -> str:
    """Cut what can only be encoded bytes, such as a line of a key whose beginning is not in view; digests stay."""
    run = found.group()
    kinds = (str.isdigit, str.isupper, str.islower)
    return _cut(found) if all(any(map(kind, run)) for kind in kinds) else run
