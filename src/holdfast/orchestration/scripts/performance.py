"""One script under way in this process: lets it go on turn by turn, and holds what it asks for against the record."""

import asyncio
import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from holdfast.execution.agent import Agent
from holdfast.integration.tools.caught import Raised
from holdfast.integration.tools.contract import Tool
from holdfast.journal.events.scripts import CallKind, ScriptCall
from holdfast.kernel.clock import Clock
from holdfast.kernel.errors import DefinitionChanged, InputError, ScriptError, StepFailed
from holdfast.kernel.ids import PayloadId, digest
from holdfast.kernel.paths import check_name
from holdfast.kernel.randomness import Randomness
from holdfast.orchestration.application.app import App
from holdfast.orchestration.application.script import Script
from holdfast.orchestration.application.steps import Called, Steps
from holdfast.orchestration.scripts.loop import ScriptLoop

STEPS_MAX = 1_000
"""How many steps one script may ask for."""
CANCELLATIONS_MAX = 3
"""How often a script that is let go of is told so."""

_json = msgspec.json.Encoder(order="deterministic")

Told = object | StepFailed
"""How a step ended: its result, or what it raises."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What a performance needs of the run around it."""

    app: App
    clock: Clock
    randomness: Randomness
    keep: Callable[[bytes], PayloadId]


class Performance:
    """A script between its first line and its end. It implements ``Asking``."""

    def __init__(self, script: Script, given: object, where: str, stage: Stage) -> None:
        """``where`` is the script's path, for messages."""
        self._where, self._stage = where, stage
        self._loop = ScriptLoop()  # type: ignore[abstract]  # what a script may not use stays unwritten
        self._main: asyncio.Task[bytes] = self._loop.create_task(_run(script, given, Steps(self)))
        self._futures: dict[str, asyncio.Future[Told]] = {}
        self._times: Counter[str] = Counter()
        self._asked: list[ScriptCall] = []
        self._recorded: Sequence[ScriptCall] | None = None
        self._count = 0
        self._mismatch: str | None = None
        self._is_closing = False

    @property
    def end(self) -> bytes | Raised | None:
        """What the script returned, as JSON, or what it raised; None while it goes on."""
        if not self._main.done():
            return None
        if self._main.cancelled():
            return Raised(ScriptError("expected it to return, found that it has cancelled itself"))
        error = self._main.exception()
        match error:
            case None:
                return self._main.result()
            case Exception():
                return Raised(error)
            case _:
                return Raised(ScriptError(f"expected it to return, found that it raised {error!r}"))

    def replay(self, told: Mapping[str, Told], recorded: Sequence[ScriptCall]) -> None:
        """Let it go on as it once did. Raises DefinitionChanged if it does not ask for what it asked for then."""
        self._recorded = recorded
        asked = self.advance(told)
        if self._mismatch is None and len(asked) < len(recorded):
            self._tell_mismatch(recorded[len(asked)], None, self._count + 1)
        if self._mismatch is None and self.end is not None:
            self._mismatch = f"{self._where}: step {self._count + 1} was yet to come when recorded, is the end now"
        self._recorded = None
        if self._mismatch is not None:
            raise DefinitionChanged(f"{self._mismatch}: version the change, or start a new run")

    def advance(self, told: Mapping[str, Told]) -> tuple[ScriptCall, ...]:
        """Tell it how steps ended, let it go on, and return what it asks for. Raises ScriptError if it never waits."""
        self._asked = []
        for name, how in told.items():
            waits = self._futures.pop(name)
            if not waits.done():  # else nobody waits for it any more
                waits.set_result(how)
        self._loop.run_until_blocked()
        return tuple(self._asked)

    def withdrawn(self) -> list[str]:
        """Return the names of the steps that the script waited for and has since given up."""
        return [name for name, waits in self._futures.items() if waits.cancelled()]

    def close(self) -> None:
        """Let go of the script: it is cancelled, and what it asks for from now on is not done."""
        self._is_closing = True
        for _ in range(CANCELLATIONS_MAX):
            for task in tuple(self._loop.tasks):
                task.cancel()
            self._loop.run_until_blocked()

    async def wait_for(self, name: str, what: Called, arguments: dict[str, object]) -> object:
        kind, called = self._called(what)
        given = arguments["input"] if kind is CallKind.AGENT and arguments.keys() == {"input"} else arguments
        try:
            body = _json.encode(given)
        except (TypeError, ValueError, RecursionError) as error:
            raise InputError(f"step {name!r}: expected arguments that JSON can say: {error}") from error
        keeps = self._recorded is None and not self._is_closing
        call = ScriptCall(name, kind, called, digest(body), self._stage.keep(body) if keeps else None)
        return await self._outcome(self._ask(call))

    async def wait_until(self, name: str, seconds: float) -> None:
        if not 0 <= seconds < math.inf:
            raise InputError(f"step {name!r}: expected seconds from 0, found {seconds}")
        call = ScriptCall(
            name, CallKind.SLEEP, arguments=digest(_json.encode(seconds)), value=self._stage.clock.now() + seconds
        )
        await self._outcome(self._ask(call))

    def given(self, name: str, kind: CallKind) -> float:
        value = self._stage.clock.now() if kind is CallKind.NOW else self._stage.randomness.uniform(0, 1)
        asked = self._ask(ScriptCall(name, kind, value=value))
        assert asked.value is not None, "it was asked for with a value"
        return asked.value

    async def _outcome(self, call: ScriptCall) -> object:
        future = self._futures[call.name] = self._loop.create_future()
        told = await future
        if isinstance(told, StepFailed):
            raise told
        return told

    def _ask(self, call: ScriptCall) -> ScriptCall:
        """Take down what is asked for, or hold it against the record; return it as it stands there."""
        if self._is_closing or self._mismatch is not None:
            raise asyncio.CancelledError  # it is let go of: nothing it still wants is done
        check_name(call.name, "step")
        if self._count >= STEPS_MAX:
            raise ScriptError(f"expected at most {STEPS_MAX:,} steps, found one more: split the work into several runs")
        self._times[call.name] += 1
        times = self._times[call.name]
        call = msgspec.structs.replace(call, name=call.name if times == 1 else f"{call.name}.{times}")
        if self._recorded is not None:
            place = len(self._asked)
            before = self._recorded[place] if place < len(self._recorded) else None
            if before is None or _identity(before) != _identity(call):
                self._tell_mismatch(before, call, self._count + 1)
                raise asyncio.CancelledError
            call = before
        self._count += 1
        self._asked.append(call)
        return call

    def _tell_mismatch(self, before: ScriptCall | None, now: ScriptCall | None, number: int) -> None:
        was, found = _told(before), _told(now)
        if before is not None and now is not None and before.name == now.name:
            was, found = f"{was} of {before.what or before.kind}", f"{found} of {now.what or now.kind}"
            if was == found:
                found = f"{found} with other arguments"
        self._mismatch = f"{self._where}: step {number} was {was} when recorded, is {found} now"

    def _called(self, what: Called) -> tuple[CallKind, str]:
        """Return what is called and its kind. Raises ScriptError if it is none of the app's, or may be several."""
        app, name = self._stage.app, what if isinstance(what, str) else what.name
        kinds: list[tuple[CallKind, Mapping[str, Tool | Agent]]] = [
            (CallKind.FUNCTION, app.functions_by_name),
            (CallKind.TOOL, app.tools_by_name),
            (CallKind.AGENT, app.agents_by_name),
        ]
        found = [kind for kind, known in kinds if name in known and (isinstance(what, str) or known[name] is what)]
        if isinstance(what, str) and len(found) > 1:
            raise ScriptError(f"expected one thing called {name!r}, found {' and '.join(found)}: hand over which")
        if not found:
            told = ", ".join(sorted(known for _, names in kinds for known in names)) or "nothing"
            raise ScriptError(f"expected one of the app's functions, tools or agents ({told}), found {name!r}")
        return found[0], name


async def _run(script: Script, given: object, steps: Steps) -> bytes:
    value = await script.function(given, steps)
    try:
        return _json.encode(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise ScriptError(f"expected it to return what JSON can say: {error}") from error


def _identity(call: ScriptCall) -> tuple[str, ...]:
    return call.name, call.kind, call.what, call.arguments


def _told(call: ScriptCall | None) -> str:
    return "nothing" if call is None else f"'{call.name}'"
