"""What a script is: an async function of an input and its steps."""

import functools
import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, overload

from holdfast.integration.tools.source import source_of
from holdfast.kernel.errors import DefinitionError
from holdfast.kernel.ids import digest
from holdfast.kernel.paths import check_name
from holdfast.orchestration.application.steps import Steps

Main = Callable[[Any, Steps], Awaitable[object]]
"""Any: the input is JSON data, whose shape only the script knows."""


# Not slotted: the hash is made once, when first asked for, and kept beside it.
@dataclass(frozen=True, eq=False)
class Script:
    """A flow written as plain Python. Made by ``script``."""

    function: Main
    """The plain function."""
    name: str

    def __post_init__(self) -> None:
        check_name(self.name, "script")
        if not inspect.iscoroutinefunction(self.function):
            raise DefinitionError(f"script {self.name}: expected an async function, found {self.function!r}")
        try:
            inspect.signature(self.function).bind(None, None)
        except TypeError as error:
            raise DefinitionError(
                f"script {self.name}: expected a function of two arguments, its input and its steps ({error})"
            ) from error

    @functools.cached_property
    def content_hash(self) -> str:
        """Changes whenever the function's source does; what it calls that is no step is not part of it."""
        return digest(self.name.encode(), source_of(self.function))


@overload
def script(function: Main, /) -> Script: ...


@overload
def script(*, name: str | None = None) -> Callable[[Main], Script]: ...


def script(function: Main | None = None, /, *, name: str | None = None) -> Script | Callable[[Main], Script]:
    """Turn ``async def main(input, steps)`` into a Script, which a ScriptNode runs. Raises DefinitionError.

    It is replayed from its top with what its steps gave: whatever it does beside them it does again. So it reads no
    clock and draws no number but by its steps, changes nothing of the world, and awaits its steps only.
    """

    def make(function: Main) -> Script:
        return Script(function, name or str(getattr(function, "__name__", "")))

    return make if function is None else make(function)
