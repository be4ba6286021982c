"""What somebody who was given a task may report: that it is done, that it failed, or that a person has to help.

An agent whose output type admits ``Failed`` can say that it did not succeed: that fails its node, as any fault does,
which is worth another try if the agent says so.
"""

import typing
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Generic, Literal, TypeVar

from pydantic import Field

from holdfast.kernel.outcomes import ErrorKind, Fault

U_co = TypeVar("U_co", covariant=True)

TEXT_CHARACTERS_MAX = 2_000
OPTIONS_MAX = 20
OPTION_CHARACTERS_MAX = 64

Words = Annotated[str, Field(min_length=1, max_length=TEXT_CHARACTERS_MAX)]
Choice = Annotated[str, Field(min_length=1, max_length=OPTION_CHARACTERS_MAX, pattern=r"^\S+( \S+)*$")]


def _required(*fields: str) -> dict[str, object]:
    """Return how pydantic is told that the schema asks for ``outcome`` too, which Python fills in by itself."""
    return {"json_schema_extra": {"required": [*fields, "outcome"]}}


@dataclass(frozen=True, slots=True)
class Done(Generic[U_co]):
    """It is done, and this is the result."""

    result: U_co
    outcome: Literal["done"] = "done"
    __pydantic_config__: ClassVar = _required("result")


@dataclass(frozen=True, slots=True)
class Failed:
    """It did not succeed. ``retryable`` says whether another try, a while from now, can help."""

    reason: Words
    retryable: bool = False
    outcome: Literal["failed"] = "failed"
    __pydantic_config__: ClassVar = _required("reason", "retryable")


@dataclass(frozen=True, slots=True)
class NeedsHuman:
    """Only a person can say how it goes on. Without ``options`` the answer is free."""

    question: Words
    options: Annotated[tuple[Choice, ...], Field(max_length=OPTIONS_MAX)] = ()
    evidence: dict[str, object] = field(default_factory=dict)
    """What there is to go by."""
    outcome: Literal["needs_human"] = "needs_human"
    __pydantic_config__: ClassVar = _required("question")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person has said to a question, and what was asked."""

    question: str
    choice: str
    by: str
    note: str = ""
    value: object = None
    evidence: dict[str, object] = field(default_factory=dict)
    """What whoever asked had to go by."""


Report = Done[U_co] | Failed | NeedsHuman


def report_type(result: object) -> object:
    """Return the type of a report whose result is a ``result``, as an agent's output."""
    return Annotated[Done[result] | Failed | NeedsHuman, Field(discriminator="outcome")]  # type: ignore[valid-type]  # made at run time


def may_fail(kind: object) -> bool:
    """Whether a value of the type ``kind`` may be a Failed."""
    return kind is Failed or any(may_fail(each) for each in typing.get_args(kind))


def given_up(value: object) -> Fault | None:
    """Return the fault that ``value``, the JSON of a report, tells of; None if it tells of none."""
    match value:
        case {"outcome": "failed", "reason": str(reason), "retryable": bool(retryable)}:
            return Fault(ErrorKind.GAVE_UP, reason, retryable)
        case _:
            return None
