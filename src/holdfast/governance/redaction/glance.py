"""Whether a text is worth a look at all: most results are not, and cost no more than this."""

from holdfast.governance.redaction.personal import BETWEEN, DIGITS, MANY
from holdfast.governance.redaction.shapes import LONG, WITHOUT_BREAKS, sighted

_CONTROL = b"\x00"
_SORTED = bytes(
    0 if code == 127 or (code < 32 and code not in b"\t\n\r") else WITHOUT_BREAKS[code] for code in range(256)
)


def is_harmless(text: str) -> bool:
    """Whether ``text`` is ASCII and can hold nothing hidden, no secret of a known shape and no personal data of one."""
    if not text.isascii() or "@" in text or "://" in text:
        return False
    body = text.encode()
    kinds = body.translate(_SORTED)
    if _CONTROL in kinds or MANY in body.translate(DIGITS, BETWEEN):
        return False
    return LONG not in kinds or not sighted(text)  # most that is long without a break is an id
