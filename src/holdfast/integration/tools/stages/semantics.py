"""Whether the arguments make sense: each exists, is where it may be, and they go together."""

import difflib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from holdfast.integration.tools.asking import Asking, missing
from holdfast.integration.tools.caught import Raised, caught
from holdfast.integration.tools.checks.declared import Check, OfArguments, OfLookup, OfValue
from holdfast.integration.tools.checks.objection import Objection
from holdfast.integration.tools.companion import Companion
from holdfast.integration.tools.definition import Tool
from holdfast.integration.tools.faults import fault
from holdfast.integration.tools.invocation import End, Invocation, Refused
from holdfast.integration.tools.lost import is_open
from holdfast.integration.tools.threads import Threads
from holdfast.kernel.clock import Clock
from holdfast.kernel.errors import DefinitionError
from holdfast.kernel.outcomes import ErrorKind

CHECKS_SECONDS_MAX = 10.0
"""The most that all checks of one call take together."""
OBJECTIONS_SHOWN_MAX = 5
NEAREST_MAX = 5
NEAREST_AMONG_MAX = 2_000
"""Among so many the nearest are looked for; of more, the first few are told."""
_SIMILARITY_LEAST = 0.5

Found = Objection | Refused | None


class Semantics:
    """Makes every check that the tool declares. What breaks while it checks refuses the call: a guard fails closed."""

    name = "semantics"

    def __init__(self, clock: Clock, threads: Threads) -> None:
        self._clock, self._asking = clock, Asking(clock, threads)

    def concerns(self, tool: Tool) -> bool:
        return bool(tool.checks)

    async def run(self, invocation: Invocation) -> End | None:
        if is_open(invocation):
            return None  # the same call was let through before, and may have changed what is looked up
        objections, until = list[Objection](), self._clock.now() + CHECKS_SECONDS_MAX
        for check in invocation.tool.checks:
            for values in _examinees(check, invocation):
                match await self._examined(check, invocation, values, until):
                    case Refused() as refused:
                        return refused
                    case Objection() as objection:
                        objections.append(objection)
                    case None:
                        pass
        return _refusal(invocation.tool, objections) if objections else None

    async def _examined(
        self, check: Check, invocation: Invocation, values: Mapping[str, object], until: float
    ) -> Found:
        said = await self._said(check, invocation, values, until)
        match said:
            case None:
                return None
            case Objection():
                return (
                    said
                    if said.parameter or isinstance(check, OfArguments)
                    else replace(said, parameter=check.parameter)
                )
            case Raised(error):
                return _broken(invocation.tool, check, f"{type(error).__name__}: {error}", error)
            case other:
                told = f"expected None or an Objection, found {type(other).__name__}"
                return _broken(invocation.tool, check, told)

    async def _said(self, check: Check, invocation: Invocation, values: Mapping[str, object], until: float) -> object:
        match check:
            case OfValue(parameter, of_value):
                return caught(of_value.objection, values[parameter])
            case OfLookup(_, what, lookup):
                answer = await self._asked(invocation, check, lookup, values, until)
                return answer if isinstance(answer, Raised) else _looked_up(values[lookup.asked[0]], what, answer)
            case OfArguments(_, function):
                return await self._asked(invocation, check, function, values, until)

    async def _asked(
        self, invocation: Invocation, check: Check, function: Companion, values: Mapping[str, object], until: float
    ) -> object:
        held = invocation.desk.resources
        if (lacking := missing(function, held)) is not None:
            raise DefinitionError(
                f"the check {check.name} of tool {invocation.tool.name} needs a {lacking.__name__}, which the run does "
                "not hold: provide it"
            )
        lent = {name: held[resource] for name, resource in function.provided.items()}
        return await self._asking.ask(function, {**values, **lent}, until - self._clock.now())


def _examinees(check: Check, invocation: Invocation) -> Iterator[Mapping[str, object]]:
    """Yield what the check is to be handed, once for each value; what was left out is not examined."""
    values = invocation.values
    match check:
        case OfArguments(_, function):
            yield {name: values[name] for name in function.asked}
        case OfValue(parameter) | OfLookup(parameter):
            handed_to = check.lookup.asked[0] if isinstance(check, OfLookup) else parameter
            value = values[parameter]
            for each in value if isinstance(value, list | tuple | set | frozenset) else (value,):
                if each is not None:
                    yield {handed_to: each}


def _looked_up(value: object, what: str, said: object) -> object:
    """Return the objection that a lookup's answer amounts to; what is no answer is returned as it is."""
    match said:
        case bool() | None:
            return None if said else Objection(what, value)
        case str():
            return said
        case Collection():
            return None if value in said else Objection(what, value, _nearest(value, said))
        case _:
            return said


def _nearest(value: object, among: Collection[object]) -> tuple[str, ...]:
    names = [str(each) for each in among]
    if len(names) > NEAREST_AMONG_MAX:
        return tuple(sorted(names)[:NEAREST_MAX])
    close = difflib.get_close_matches(str(value), names, n=NEAREST_MAX, cutoff=_SIMILARITY_LEAST)
    return tuple(close or sorted(names)[:NEAREST_MAX])


def _refusal(tool: Tool, objections: list[Objection]) -> Refused:
    told = [str(each) for each in objections[:OBJECTIONS_SHOWN_MAX]]
    if len(objections) > OBJECTIONS_SHOWN_MAX:
        told.append(f"and {len(objections) - OBJECTIONS_SHOWN_MAX} more")
    hint = f"nothing was done: correct the arguments and call {tool.name} again"
    return Refused(fault(ErrorKind.BAD_ARGUMENTS, "; ".join(told), hint=hint))


def _broken(tool: Tool, check: Check, told: str, error: Exception | None = None) -> Refused:
    message = f"the check {check.name} of {tool.name} could not be made, so the call was not: {told}"
    passes = isinstance(error, TimeoutError | ConnectionError)
    hint = "call it again later" if passes else "the check is at fault, not the arguments: do without it"
    return Refused(fault(ErrorKind.CHECK_FAILED, message, retryable=passes, hint=hint))
