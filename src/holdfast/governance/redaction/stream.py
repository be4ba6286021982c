"""Replaces known values in text that comes in pieces, cut anywhere: holds back what may be the beginning of one."""

from holdfast.governance.redaction.known import Known


class Stream:
    """Text on its way to somebody who watches. The pieces that come out join to what ``Known.text`` makes of all."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._held = ""

    def feed(self, piece: str) -> str:
        """Return what of the text so far may be shown."""
        if not self._known:
            return piece
        text = self._held + piece
        # A whole value must be replaced before its own end is taken for the beginning of another.
        cleaned = self._known.text(text + "\n")[:-1]
        pending = self._known.pending(cleaned)
        self._held = cleaned[len(cleaned) - pending :]
        return cleaned[: len(cleaned) - pending]

    def rest(self) -> str:
        """Return what was held back, once no more will come."""
        held, self._held = self._held, ""
        return self._known.text(held)
