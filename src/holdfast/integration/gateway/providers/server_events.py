"""Server-sent events out of bytes, however the line cuts them."""

import codecs

EVENT_BYTES_MAX = 32 * 1024 * 1024
"""How large one event may be: an image in base64 fits, a server gone mad does not."""


class EventTooLarge(ValueError):
    """A server sent more than ``EVENT_BYTES_MAX`` without ending its event."""


class EventReader:
    """Takes bytes as they come; gives the data of each event that is whole. Names, ids and comments are passed over."""

    def __init__(self) -> None:
        self._rest = b""
        self._data: list[bytes] = []

    def feed(self, chunk: bytes) -> list[bytes]:
        """Return the data of the events that ``chunk`` ends. Raises EventTooLarge."""
        lines = (self._rest + chunk).split(b"\n")
        self._rest = lines.pop()
        found = [data for line in lines if (data := self._line(line.removesuffix(b"\r"))) is not None]
        if len(self._rest) + sum(map(len, self._data)) > EVENT_BYTES_MAX:
            raise EventTooLarge(f"expected an event of at most {EVENT_BYTES_MAX} bytes, found more")
        return found

    def end(self) -> list[bytes]:
        """Return the data of an event that the end of the line ended: some servers leave out the last blank line."""
        return [data for data in (self._line(self._rest.removesuffix(b"\r")), self._line(b"")) if data is not None]

    def _line(self, line: bytes) -> bytes | None:
        if not line:
            whole, self._data = b"\n".join(self._data), []
            return whole or None
        name, _, value = line.removeprefix(codecs.BOM_UTF8).partition(b":")
        if name == b"data":
            self._data.append(value.removeprefix(b" "))
        return None
