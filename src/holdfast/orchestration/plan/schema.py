"""The shape in which a planner answers, and in which a plan is shown, kept and changed."""

from dataclasses import dataclass, field
from typing import Annotated, Literal

import msgspec
from pydantic import Field

from holdfast.kernel.errors import InputError
from holdfast.kernel.ids import digest

_json = msgspec.json.Encoder(order="deterministic")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanStep:
    """One step: what it uses, what that is given, what it waits for, and what is expected of it."""

    name: Annotated[str, Field(description="A name of its own: lower-case letters, digits and _")]
    kind: Annotated[Literal["agent", "tool", "function"], Field(description="What kind of thing it uses")]
    uses: Annotated[str, Field(description="The name of the agent, tool or function")]
    task: Annotated[str | None, Field(description="For an agent: what it is to do")] = None
    arguments: Annotated[dict[str, object], Field(description="Arguments whose values are known")] = field(
        default_factory=dict
    )
    arguments_from: Annotated[
        dict[str, str], Field(description="Arguments that are expressions over the results of steps it comes after")
    ] = field(default_factory=dict)
    after: Annotated[tuple[str, ...], Field(description="The names of the steps that must have succeeded before")] = ()
    expects: Annotated[str, Field(description="In words: what should come of it")] = ""
    holds: Annotated[
        str | None, Field(description="An expression over its result that is true if that has come of it")
    ] = None
    share: Annotated[float | None, Field(description="Which part of the budget it may need, from 0 to 1")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Steps that run as soon as those they come after have succeeded."""

    steps: tuple[PlanStep, ...]
    why: Annotated[str, Field(description="In a sentence: why these steps")] = ""

    @property
    def by_name(self) -> dict[str, PlanStep]:
        """The steps, by name; of several with one name the last."""
        return {step.name: step for step in self.steps}


def read_plan(value: object) -> Plan:
    """Return the plan that JSON data stands for. Raises InputError for what is none."""
    try:
        return msgspec.convert(value, Plan)
    except msgspec.ValidationError as error:
        raise InputError(f"expected a plan, found something else: {error}") from error


def to_json(plan: Plan) -> bytes:
    """Return the plan as JSON: the same plan is the same bytes."""
    return _json.encode(plan)


def content_of(step: PlanStep) -> str:
    """Return the digest of what the step is to do: not of when, nor of what is expected of it."""
    return digest(_json.encode([step.kind, step.uses, step.task, step.arguments, step.arguments_from]))
