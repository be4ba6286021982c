"""What text may hold when a model or a person is shown it: nothing that cannot be seen.

Control, bidirectional, zero-width and tag characters can hide instructions, or make a line read as what it is not. They
are written as escapes; all other text stays byte for byte, so that what is quoted from it is found where it stands.
"""

import re

JOINERS = "\u200c\u200d\ufe0e\ufe0f"
"""Zero-width (non-)joiners and emoji selectors: kept after what they belong to, made visible everywhere else."""

_CONTROLS = bytes(code for code in (*range(32), 127) if code not in b"\t\n\r")
_INVISIBLE = (
    r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f"
    r"\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_JOINED = r"\u0600-\u08ff\u0900-\u109f\u1780-\u17ff\u203c-\u3299\ufe0f\U0001f000-\U0001faff#*0-9"
"""Arabic and Indic letters, whose spelling needs joiners, and what emoji are made of."""

_suspect = re.compile(f"[{_INVISIBLE}{JOINERS}]")
_hidden = re.compile(f"[{_INVISIBLE}]|(?<![{_JOINED}])[{JOINERS}]")


def visible(text: str) -> str:
    r"""Return ``text`` with each hidden character written as JSON would escape it (``\u202e``).

    Applied to JSON it leaves JSON of the same value; applied twice it changes nothing more; the outcome can be encoded.
    """
    if text.isascii():
        encoded = text.encode()
        if len(encoded.translate(None, _CONTROLS)) == len(encoded):
            return text
    elif _suspect.search(text) is None:
        return text
    return _hidden.sub(_escape, text)


def one_line(text: str, characters_max: int) -> str:
    """Return ``text`` made visible, on one line and cut to ``characters_max``."""
    line = visible(" ".join(text[: 4 * characters_max].split()))
    return line if len(line) <= characters_max else line[: characters_max - 1] + "…"


def _escape(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code <= 0xFFFF:
        return f"\\u{code:04x}"
    code -= 0x10000
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"
