"""Text on one line, hiding nothing and telling no secret: what messages and hints are made of."""

from holdfast.governance.redaction.shapes import sighted
from holdfast.kernel.plain_text import JOINERS, plain, visible

__all__ = ["JOINERS", "one_line", "visible"]


def one_line(text: str, characters_max: int) -> str:
    """Return ``text`` made plain, on one line and cut to ``characters_max``; first its secrets are taken out."""
    for found in reversed(sighted(text)):
        text = f"{text[: found.start]}[secret:{found.kind}]{text[found.end :]}"
    line = plain(" ".join(text[: 4 * characters_max].split())).text
    return line if len(line) <= characters_max else line[: characters_max - 1] + "…"
