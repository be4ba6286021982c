"""What runs of an app share, as one call sees it: read with versions, written all together when the call succeeds."""

import re
from collections.abc import Awaitable, Callable

import msgspec

from holdfast.kernel.errors import DefinitionError, InputError

SHARED_BYTES_MAX = 1_000_000
"""The largest value: what is larger belongs into a store, and its name here."""
WRITES_MAX = 100
"""How many shared values one call may write."""
NAME_CHARACTERS_MAX = 200

_NAME = re.compile(r"[a-z][a-z0-9_]*(?:[.:/-][a-z0-9_]+)*\Z")


class Versioned(msgspec.Struct, frozen=True):
    """A shared value as it was read; whoever writes it anew names its version. 0: it was never written."""

    value: object
    version: int


class Write(msgspec.Struct, frozen=True):
    """What a call writes: JSON, None to remove the value, and the version that it is based on."""

    base: int
    body: bytes | None


Ask = Callable[[str], Awaitable[Versioned]]


class Shared:
    """What all runs of this app of this tenant share, as JSON data. Lent to async functions: ``Provided[Shared]``.

    A write names the version it is based on. If another run has written the value since, the call fails with a fault
    ``conflict`` that shows both values, and nothing of what it wrote is kept; nothing is either if it fails otherwise.
    """

    __slots__ = ("_ask", "is_reserved", "written")

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self.written: dict[str, Write] = {}
        self.is_reserved = False
        """Nobody else can write what was written here, until it is recorded or released."""

    async def get(self, name: str, default: object = None) -> Versioned:
        """Return the value of ``name`` and its version; ``default`` if there is none. Raises DefinitionError for a
        name."""
        check_shared_name(name)
        if (write := self.written.get(name)) is not None:
            return Versioned(default if write.body is None else msgspec.json.decode(write.body), write.base)
        found = await self._ask(name)
        return Versioned(default, found.version) if found.value is None else found

    def put(self, name: str, value: object, *, version: int) -> None:
        """Set ``name``, which was at ``version`` when its value was made.

        Raises DefinitionError for a name, InputError for a value that cannot be kept.
        """
        if value is None:
            raise InputError(f"shared value {name}: expected something, found None: remove it instead")
        try:
            body = msgspec.json.encode(value, order="deterministic")
        except (TypeError, ValueError) as error:
            raise InputError(
                f"shared value {name}: expected what JSON can say, found {value!r:.80}: {error}"
            ) from error
        if len(body) > SHARED_BYTES_MAX:
            raise InputError(
                f"shared value {name}: expected at most {SHARED_BYTES_MAX:,} bytes of JSON, found {len(body):,}: "
                "keep it elsewhere, and its name here"
            )
        self._write(name, Write(version, body))

    def remove(self, name: str, *, version: int) -> None:
        """Remove ``name``, which was at ``version`` when that was decided."""
        self._write(name, Write(version, None))

    def _write(self, name: str, write: Write) -> None:
        check_shared_name(name)
        if name not in self.written and len(self.written) >= WRITES_MAX:
            raise InputError(f"expected a call to write at most {WRITES_MAX} shared values, found more")
        self.written[name] = write


def check_shared_name(name: str) -> str:
    """Return ``name`` if a shared value can have it, else raise DefinitionError."""
    if len(name) > NAME_CHARACTERS_MAX or not _NAME.match(name):
        raise DefinitionError(
            f"shared value {name!r}: expected words of lower-case letters, digits and '_', joined by one of . : / - "
            f"and begun by a letter ({NAME_CHARACTERS_MAX} characters at most)"
        )
    return name
