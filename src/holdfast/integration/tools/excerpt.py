"""Where a long text may be cut, so that pieces can be read alone and joined again exactly."""

from holdfast.integration.tools.visible import JOINERS


def piece_end(text: str, start: int, bytes_max: int) -> int:
    """Return where the piece of ``text`` that begins at ``start`` ends: at most ``bytes_max`` (from 4) UTF-8 bytes on.

    It ends after a line if one ends in its second half, never before a joiner (which alone would be made visible), and
    is empty only at the end of the text: reading from end to end gives the whole text.
    """
    window = text[start : start + bytes_max]
    fitting = len(window.encode()[:bytes_max].decode("utf-8", "ignore"))
    end = start + fitting
    if end >= len(text):
        return len(text)
    end = text.rfind("\n", start + fitting // 2, end) + 1 or end
    while end - 1 > start and text[end] in JOINERS:
        end -= 1
    return end
