"""A run's variables as one call sees them: read as they stood when it began, written all together when it succeeds."""

from collections.abc import Mapping

import msgspec

from holdfast.journal.fold.variables import is_owned
from holdfast.kernel.errors import InputError
from holdfast.kernel.paths import check_name

VARIABLE_BYTES_MAX = 1_000_000
"""The largest value: what is larger belongs into a store, and its name into the variable."""
WRITES_MAX = 100
"""How many variables one call may write."""


class Variables:
    """The run's own state, by name, as JSON data. Lent to pure and reading functions: ``Provided[Variables]``.

    Nothing that is written is seen by anybody before the call has succeeded, and nothing of it ever if it fails. If
    something that this call has read or written was written by another in the meantime, it is called again.
    """

    __slots__ = ("_known", "touched", "written")

    def __init__(self, known: Mapping[str, bytes]) -> None:
        """``known`` is the JSON of each variable."""
        self._known = known
        self.touched: set[str] = set()
        """The names of what was read or written."""
        self.written: dict[str, bytes | None] = {}
        """The JSON of what was written; None for what was removed."""

    def get(self, name: str, default: object = None) -> object:
        """Return the value of ``name``, a copy of its own; ``default`` if there is none."""
        return default if is_owned(name) else self.read(name, default)

    def put(self, name: str, value: object) -> None:
        """Set ``name``. Raises DefinitionError for a name, InputError for a value that cannot be kept."""
        self.write(check_name(name, "variable"), value)

    def remove(self, name: str) -> None:
        """Forget ``name``; harmless if there is none."""
        self.forget(check_name(name, "variable"))

    def read(self, name: str, default: object) -> object:
        """Return what is kept under ``name``, as it lies in the run."""
        self.touched.add(name)
        body = self.written[name] if name in self.written else self._known.get(name)
        return default if body is None else msgspec.json.decode(body)

    def write(self, name: str, value: object) -> None:
        """Keep ``value`` under ``name``, as it lies in the run. Raises InputError for one that cannot be kept."""
        try:
            body = msgspec.json.encode(value, order="deterministic")
        except (TypeError, ValueError) as error:
            raise InputError(f"variable {name}: expected what JSON can say, found {value!r:.80}: {error}") from error
        if len(body) > VARIABLE_BYTES_MAX:
            raise InputError(
                f"variable {name}: expected at most {VARIABLE_BYTES_MAX:,} bytes of JSON, found {len(body):,}: "
                "keep it elsewhere, and its name here"
            )
        self._write(name, body)

    def forget(self, name: str) -> None:
        """Keep nothing under ``name``, as it lies in the run."""
        self._write(name, None)

    def _write(self, name: str, body: bytes | None) -> None:
        if name not in self.written and len(self.written) >= WRITES_MAX:
            raise InputError(
                f"expected a call to write at most {WRITES_MAX} variables, found more: write one that holds them"
            )
        self.touched.add(name)
        self.written[name] = body
