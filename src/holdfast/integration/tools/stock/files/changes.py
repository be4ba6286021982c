"""What can be done to the content of a file, and how to tell from a content whether it has been done. Pure."""

from collections.abc import Callable
from dataclasses import dataclass

from holdfast.integration.tools.contract import ToolFailure
from holdfast.integration.tools.probe import Answer, DidNot, Happened, Unknown
from holdfast.integration.tools.stock.files.limits import digest_of, text_of

REVERSALS_MAX = 100
"""How many places are tried at which a text may have been put in."""

Change = Callable[[bytes | None], bytes]
"""Makes the new content out of the present one, None if there is no file. Raises ToolFailure where it does not fit."""


@dataclass(frozen=True, slots=True)
class Written:
    """The file as it stands after the change."""

    path: str
    bytes_total: int
    digest: str


def replaced(text: str, seen: str) -> Change:
    """Return the change to ``text`` of a file whose content has the digest ``seen``; empty: that is not there yet."""

    def change(before: bytes | None) -> bytes:
        if before is not None or seen:
            _check_seen(before, seen)
        return text.encode()

    return change


def appended(text: str, at_byte: int) -> Change:
    """Return the change that puts ``text`` at the end, which is at ``at_byte``."""

    def change(before: bytes | None) -> bytes:
        size = len(before or b"")
        if size != at_byte:
            raise ToolFailure(
                f"expected its end at byte {at_byte}, found it at {size}: it has been changed since",
                hint="read it again and hand over its bytes_total",
            )
        return (before or b"") + text.encode()

    return change


def edited(old: str, new: str, seen: str) -> Change:
    """Return the change of the only place with ``old`` to ``new``, in a file whose content has the digest ``seen``."""

    def change(before: bytes | None) -> bytes:
        whole = text_of(_check_seen(before, seen), "the file")
        if (count := whole.count(old)) != 1:
            raise ToolFailure(
                f"expected the text once, found it {count} times", hint="name more of what stands around it"
            )
        return whole.replace(old, new).encode()

    return change


def probe_replaced(present: bytes | None, path: str, text: str, seen: str) -> Answer:
    """Say whether a file has been written whole: whether it holds the text, or still what was seen."""
    wanted = text.encode()
    if present == wanted:
        return Happened(written(path, wanted))
    return DidNot() if (digest_of(present) if present is not None else "") == seen else Unknown()


def probe_appended(present: bytes | None, path: str, text: str, at_byte: int) -> Answer:
    """Say whether ``text`` has been put at ``at_byte``, be it that more followed."""
    found, wanted = present or b"", text.encode()
    if len(found) == at_byte and wanted:
        return DidNot()
    if found[at_byte : at_byte + len(wanted)] == wanted:
        return Happened(written(path, found[: at_byte + len(wanted)]))
    return Unknown()


def probe_edited(present: bytes | None, path: str, old: str, new: str, seen: str) -> Answer:
    """Say whether the place has been changed: whether changing it back gives what was seen."""
    if present is None:
        return Unknown()
    if digest_of(present) == seen:
        return DidNot()
    if not new:
        return Unknown()  # what was taken out may have stood anywhere
    at, put, took = -1, new.encode(), old.encode()
    for _ in range(REVERSALS_MAX):
        at = present.find(put, at + 1)
        if at < 0:
            break
        if digest_of(present[:at] + took + present[at + len(put) :]) == seen:
            return Happened(written(path, present))
    return Unknown()


def written(path: str, data: bytes) -> Written:
    """Return what is told of a file that holds ``data``."""
    return Written(path, len(data), digest_of(data))


def _check_seen(before: bytes | None, seen: str) -> bytes:
    if before is None:
        raise ToolFailure("there is no such file", hint="to make it, leave the digest empty")
    if digest_of(before) != seen:
        raise ToolFailure(
            f"expected the content that you have seen ({seen or 'none'}), found {digest_of(before)}: it is there "
            "already, or has been changed since",
            hint="read it, and hand over its digest if you still want to change it",
        )
    return before
