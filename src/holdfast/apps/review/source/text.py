"""How bytes become the lines a review counts: which encodings are read, and what ends a line.

A line ends at ``\\n``, ``\\r\\n`` or ``\\r``, as editors and Python's parser count. Form feeds and Unicode separators
do not end one, so line numbers agree with every other tool.
"""

import codecs
import re

from holdfast.apps.review.source.refusals import Reason, Refusal

SNIFF_BYTES = 8192

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_DECLARED = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)", re.MULTILINE)
_DECLARATION_LINES = 2
_CHARACTER_SETS = re.compile(r"(?:ascii|utf-8|iso8859|cp\d|mac|koi8|euc|shift_jis|gb|big5|johab|tis-620|ptcp154)")


def decode(data: bytes) -> str | Refusal:
    """Return the text of a file with every line ending as ``\\n``, or why it has none."""
    encoding = encoding_of(data)
    if encoding is None:
        return Refusal(Reason.BINARY)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        return Refusal(Reason.UNDECODABLE, f"no {encoding} at byte {error.start:,}")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def lines_of(text: str) -> tuple[str, ...]:
    """Return the lines of a decoded text, without their ends; a last empty one is no line."""
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    return tuple(lines)


def encoding_of(data: bytes) -> str | None:
    """Name the encoding by byte order mark or declaration, else UTF-8; None if the content is binary."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding
    if b"\0" in data[:SNIFF_BYTES]:
        return None
    head = b"\n".join(data[:SNIFF_BYTES].split(b"\n")[:_DECLARATION_LINES])
    declared = _DECLARED.search(head)
    return _text_encoding(declared.group(1).decode("ascii", "replace")) if declared else "utf-8"


def _text_encoding(name: str) -> str:
    """Return the declared encoding if it is a plain character set, else UTF-8.

    Codecs that transform (punycode, unicode_escape …) are not followed: some take quadratic time on hostile input.
    """
    try:
        known = codecs.lookup(name).name
    except LookupError:
        return "utf-8"
    return known if _CHARACTER_SETS.match(known) else "utf-8"
