"""What foreign text looks like once nothing in it is hidden or disguised: the one function for every text from outside.

Three things happen to it, and no more:

- What cannot be seen and can only be meant to smuggle (tag characters, supplementary variation selectors) is taken out
  and counted in its place: ``[12 hidden characters]``.
- Every other control, bidirectional or zero-width character is written as JSON would escape it (``\\u202e``).
- Letters and digits in the disguise of another alphabet (mathematical, circled, squared, full-width) become those that
  NFKC says they are, if these are ASCII.

NFKC as a whole is not applied: it would turn 10⁵ into 105 and m² into m2, compose the names of files and rewrite what
is quoted. All other text stays character for character.
"""

import re
import unicodedata

import msgspec

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
_SMUGGLED = r"\U000e0000-\U000e0fff"
_DISGUISED = r"\u24b6-\u24e9\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\U0001d400-\U0001d7ff\U0001f130-\U0001f149"
_ASCII_ALIKE = re.compile(r"[A-Za-z0-9]")

_suspect = re.compile(f"[{_INVISIBLE}{JOINERS}{_DISGUISED}]")
_hidden = re.compile(f"[{_INVISIBLE}]|(?<![{_JOINED}])[{JOINERS}]")
_smuggled = re.compile(f"[{_SMUGGLED}]+")
_disguised = re.compile(f"[{_DISGUISED}]")


class Plain(msgspec.Struct, frozen=True):
    """Text that hides nothing, and how much it hid."""

    text: str
    hidden: int = 0
    """How many characters were taken out or written out."""
    disguised: int = 0
    """How many letters and digits were written as the ASCII ones that they pose as."""


def plain(text: str, *, keeps_letters: bool = False) -> Plain:
    """Return ``text`` as a model or a person may be shown it; ``keeps_letters``: disguised letters stay as they are.

    Applied twice it changes nothing more; JSON stays JSON; the outcome can be encoded.
    """
    if not _is_suspect(text):
        return Plain(text)
    shown = text if keeps_letters else _disguised.sub(_undisguised, text)
    disguised = 0 if shown == text else sum(_undisguised(found) != found.group() for found in _disguised.finditer(text))
    smuggled = sum(len(run) for run in _smuggled.findall(shown))
    shown = _smuggled.sub(_counted, shown) if smuggled else shown
    shown, written_out = _hidden.subn(_escaped, shown)
    return Plain(shown, smuggled + written_out, disguised)


def visible(text: str) -> str:
    r"""Return ``text`` with each hidden character written as JSON would escape it (``\u202e``), and else as it is.

    Applied to JSON it leaves JSON of the same value; applied twice it changes nothing more; the outcome can be encoded.
    """
    return _hidden.sub(_escaped, text) if _is_suspect(text) else text


def _is_suspect(text: str) -> bool:
    if text.isascii():
        encoded = text.encode()
        return len(encoded.translate(None, _CONTROLS)) != len(encoded)
    return _suspect.search(text) is not None


def _undisguised(match: re.Match[str]) -> str:
    """Return the ASCII letter or digit that it poses as; anything else stays."""
    character = match.group()
    alike = unicodedata.normalize("NFKC", character)
    return alike if _ASCII_ALIKE.fullmatch(alike) else character


def _counted(match: re.Match[str]) -> str:
    count = len(match.group())
    return f"[{count} hidden character{'s' if count > 1 else ''}]"


def _escaped(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code <= 0xFFFF:
        return f"\\u{code:04x}"
    code -= 0x10000
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"
