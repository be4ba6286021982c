"""A tool that runs a few lines of Python between two results, in an interpreter that has nothing but values."""

import json
import keyword
import math
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field, JsonValue
from pydantic_monty import AsyncMonty, CollectString, MontyCrashedError, MontyError, OSPolicy, ResourceLimits

from holdfast.integration.tools.contract import Provided, Tool, ToolFailure, tool
from holdfast.integration.tools.stock.results import Handle, Results
from holdfast.kernel.effects import Effect

CODE_CHARACTERS_MAX = 20_000
VALUES_MAX = 20
VALUE_PARTS_MAX = 100_000
VALUE_DEPTH_MAX = 50
INTEGER_BITS_MAX = 1_024
STARTING_SECONDS = 5.0
"""What a call has beside the time of its code: to start the interpreter, and to end it."""
ERROR_CHARACTERS_SHOWN = 1_000

_POLICY = OSPolicy(datetime="call_host", sleep="zero", random_start={"seed": 0})
"""No clock, no waiting, and chance that is always the same: what comes of the code depends on its values alone."""


@dataclass(frozen=True, slots=True)
class GlueLimits:
    """What one piece of code may use."""

    seconds_max: float = 2.0
    memory_bytes_max: int = 100_000_000
    calls_deep_max: int = 200
    printed_bytes_max: int = 10_000


@dataclass(frozen=True, slots=True)
class Glued:
    """The value of the code's last line, and what it printed."""

    value: JsonValue
    printed: str


_NO_LIMITS = GlueLimits()


def run_glue(limits: GlueLimits = _NO_LIMITS) -> Tool:
    """Return the tool ``run_glue``: Monty, an interpreter of its own in a process of its own, within ``limits``."""

    @tool(effect=Effect.PURE, name="run_glue", timeout_seconds=limits.seconds_max + STARTING_SECONDS)
    async def run(
        code: Annotated[
            str,
            Field(
                max_length=CODE_CHARACTERS_MAX,
                description="Python; the value of its last line is returned. json, re and math are there, no files, "
                "no network, no clock, no other modules",
            ),
        ],
        values: Annotated[
            dict[str, JsonValue], Field(max_length=VALUES_MAX, description="Variables that the code finds")
        ] = {},  # noqa: B006  # only read
        handles: Annotated[
            dict[str, Handle],
            Field(max_length=VALUES_MAX, description="Variables with results that were kept whole, by their handles"),
        ] = {},  # noqa: B006  # only read
        *,
        results: Provided[Results],
    ) -> Glued:
        """Run a few lines of Python on values and on results that were too long to be shown: filter, join, count."""
        kept = {name: _read(await results.text(handle)) for name, handle in handles.items()}
        return await _run(code, {**values, **kept}, limits)

    return run


async def _run(code: str, values: dict[str, JsonValue], limits: GlueLimits) -> Glued:
    """Raises ToolFailure for whatever the code raises, and for a limit that ended it."""
    _check_names(values)
    printed = CollectString(limits.printed_bytes_max)
    most = ResourceLimits(
        max_feed_duration_secs=limits.seconds_max,
        max_memory=limits.memory_bytes_max,
        max_recursion_depth=limits.calls_deep_max,
        max_suspensions=1,
    )
    pool = AsyncMonty(min_processes=1, max_processes=1, request_timeout=limits.seconds_max + STARTING_SECONDS / 2)
    try:
        async with pool, pool.checkout(limits=most, os_policy=_POLICY) as session:
            value = await session.feed_run(code, inputs=dict(values), print_callback=printed)
    except MontyCrashedError as error:
        raise ToolFailure("the interpreter was ended", hint="do less in one call") from error
    except MontyError as error:
        raise ToolFailure(f"the code failed: {str(error)[:ERROR_CHARACTERS_SHOWN]}") from error
    return Glued(_Plain().of(value), printed.output)


def _check_names(values: dict[str, JsonValue]) -> None:
    for name in values:
        if not name.isidentifier() or keyword.iskeyword(name) or name.startswith("__"):
            raise ToolFailure(f"expected the name of a variable, found {name[:60]!r}")


def _read(text: str) -> JsonValue:
    """Return a kept result as the value it is, or as text if it is none."""
    try:
        value: JsonValue = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return value


class _Plain:
    """Turns what comes back into plain values, as many as there may be."""

    def __init__(self) -> None:
        self._left = VALUE_PARTS_MAX

    def of(self, value: object, depth: int = 0) -> JsonValue:
        """Raises ToolFailure for what is no plain value."""
        self._left -= 1
        if self._left < 0 or depth > VALUE_DEPTH_MAX:
            most = f"{VALUE_PARTS_MAX} parts, {VALUE_DEPTH_MAX} deep"
            raise ToolFailure(f"expected a value of at most {most}, found a larger one", hint="return less of it")
        match value:
            case None | bool() | str():
                return value
            case int() if value.bit_length() <= INTEGER_BITS_MAX:
                return value
            case float() if math.isfinite(value):
                return value
            case list() | tuple():
                return [self.of(item, depth + 1) for item in value]
            case dict():
                return {self._key(key): self.of(item, depth + 1) for key, item in value.items()}
            case _:
                raise ToolFailure(
                    f"expected a value that JSON can hold, found {type(value).__name__}",
                    hint="let the last line be a text, number, list or dict",
                )

    def _key(self, key: object) -> str:
        if not isinstance(key, str | int | float):
            raise ToolFailure(f"expected texts as the keys of a dict, found {type(key).__name__}")
        return str(key)
