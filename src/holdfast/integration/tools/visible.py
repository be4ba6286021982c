"""Text on one line, hiding nothing: what messages and hints are made of."""

from holdfast.kernel.plain_text import JOINERS, visible

__all__ = ["JOINERS", "one_line", "visible"]


def one_line(text: str, characters_max: int) -> str:
    """Return ``text`` made visible, on one line and cut to ``characters_max``."""
    line = visible(" ".join(text[: 4 * characters_max].split()))
    return line if len(line) <= characters_max else line[: characters_max - 1] + "…"
