"""Which checks a tool declares, on its parameters or for all of its arguments, read once when it is declared."""

import typing
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from holdfast.integration.tools.checks.values import ValueCheck
from holdfast.integration.tools.companion import Companion, read_companion
from holdfast.integration.tools.signature import Signature, parameters_of, provided_type
from holdfast.kernel.errors import DefinitionError


@dataclass(frozen=True, slots=True)
class ExistsIn:
    """A value that ``lookup`` knows: a function, ``async`` or plain, of the value and of provided resources.

    It returns whether there is such a one, or all that there are (a collection): then the nearest are named. ``what``
    is what a model is told that it looked for.
    """

    lookup: Callable[..., Any]
    what: str = "one that exists"


@dataclass(frozen=True, slots=True)
class OfValue:
    """The value of ``parameter``, each of its items if it is a list, is examined at once."""

    parameter: str
    check: ValueCheck

    asked: ClassVar[None] = None

    @property
    def name(self) -> str:
        return self.check.name


@dataclass(frozen=True, slots=True)
class OfLookup:
    """The value of ``parameter``, each of its items if it is a list, is looked up."""

    parameter: str
    what: str
    lookup: Companion
    name = "exists_in"

    @property
    def asked(self) -> Companion:
        return self.lookup


@dataclass(frozen=True, slots=True)
class OfArguments:
    """A function of its author's is asked what it has against the arguments that it names."""

    name: str
    function: Companion

    @property
    def asked(self) -> Companion:
        return self.function


Check = OfValue | OfLookup | OfArguments
Declarable = ExistsIn | ValueCheck | OfValue | OfLookup | Callable[..., Any]


def on(parameter: str, check: ExistsIn | ValueCheck) -> OfValue | OfLookup:
    """Return ``check`` for a parameter whose annotation is not yours to write. Raises DefinitionError."""
    return OfValue(parameter, check) if isinstance(check, ValueCheck) else _looking_up(parameter, check)


def read_checks(declared: Sequence[Declarable], tool: str, signature: Signature) -> tuple[Check, ...]:
    """Return the checks of a tool, those on its parameters first. Raises DefinitionError for one that never applies."""
    known = {parameter.name for parameter in signature.parameters}
    found = [check for parameter in signature.parameters for check in _annotated(parameter.name, parameter.annotation)]
    for each in declared:
        match each:
            case OfValue() | OfLookup():
                if each.parameter not in known:
                    raise DefinitionError(
                        f"tool {tool}: a check is on {each.parameter!r}, which is no parameter (there are: "
                        f"{', '.join(sorted(known)) or 'none'}): name one of them"
                    )
                found.append(each)
            case ExistsIn() | ValueCheck():
                raise DefinitionError(
                    f"tool {tool}: a check of one value stands among its checks, {each!r:.80}: put it on a parameter, "
                    "Annotated[..., check] or on('parameter', check)"
                )
            case function:
                name = getattr(function, "__name__", "check")
                found.append(OfArguments(name, read_companion(function, f"check {name}", tool, signature)))
    return tuple(found)


def definition_of(check: Check) -> tuple[object, ...]:
    """Return all that decides what ``check`` accepts, as JSON can hold it."""
    match check:
        case OfValue(parameter, of_value):
            return (parameter, *of_value.definition)
        case OfLookup(parameter, what, lookup):
            return (parameter, what, lookup.source)
        case OfArguments(name, function):
            return (name, function.source)


def _annotated(parameter: str, annotation: object) -> Iterator[Check]:
    for mark in getattr(annotation, "__metadata__", ()):
        if isinstance(mark, ExistsIn | ValueCheck):
            yield on(parameter, mark)
    if any(map(_hides_check, typing.get_args(annotation))):
        raise DefinitionError(
            f"parameter {parameter!r} hides a check inside another type, where it would never be made: put it around "
            "the whole, Annotated[list[str] | None, check]; of a list it examines each item, of None nothing"
        )


def _hides_check(annotation: object) -> bool:
    marks = getattr(annotation, "__metadata__", ())
    return any(isinstance(mark, ExistsIn | ValueCheck) for mark in marks) or any(
        map(_hides_check, typing.get_args(annotation))
    )


def _looking_up(parameter: str, check: ExistsIn) -> OfLookup:
    """Read the lookup's signature: the value comes first, everything else is provided."""
    name = getattr(check.lookup, "__name__", "lookup")
    annotations = parameters_of(check.lookup, f"the lookup {name} of {parameter!r}")
    value, *others = annotations or {"": None}
    provided = {other: kind for other in others if (kind := provided_type(annotations[other])) is not None}
    if not value or (lacking := set(others) - provided.keys()):
        told = "no parameter" if not value else f"{', '.join(sorted(lacking))}, which nothing fills in"
        raise DefinitionError(
            f"expected the lookup {name} of {parameter!r} to take the value and Provided resources, found {told}"
        )
    return OfLookup(parameter, check.what, Companion(check.lookup, None, (value,), provided))
