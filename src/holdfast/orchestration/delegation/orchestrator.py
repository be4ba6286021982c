"""What an orchestrator is: a prompt and a model that say what is to be done. It has no tools: it cannot act."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, make_dataclass
from dataclasses import field as of_dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Protocol, Union

from pydantic import Field

from holdfast.execution.agent import CORRECTIONS_MAX, OUTPUT_TOKENS_MAX, Agent
from holdfast.kernel.limits import Budget
from holdfast.prompts.prompt import Prompt, load, shipped

RESULTS = "results"
"""The field of its input that holds what workers have said."""
EXPECTED_CHARACTERS_MAX = 500


class Hand(Protocol):
    """Whoever can be given a task."""

    @property
    def name(self) -> str: ...

    @property
    def about(self) -> str: ...

    @property
    def input(self) -> object: ...

    @property
    def gives(self) -> object: ...

    @property
    def budget(self) -> Budget: ...


@dataclass(frozen=True, kw_only=True)
class Orchestrator:
    """Says which tasks are to be done, round after round, until it asks for none.

    Its ``task`` sees the ``request``, the ``workers``, and how many rounds there are after this one, ``rounds_left``;
    what workers have said it is shown as data. A task that does not fit the worker's input goes back to it with the
    reasons, ``corrections_max`` times in a row.
    """

    prompt: Prompt | str | Path
    """The system prompt, a file as that of an agent."""
    model: str
    name: str = "orchestrator"
    task: Prompt | str | Path | None = None
    budget: Budget = Budget(turns=25)
    corrections_max: int = CORRECTIONS_MAX
    output_tokens_max: int = OUTPUT_TOKENS_MAX
    economy_model: str | None = None

    def __post_init__(self) -> None:
        folder = Path(sys._getframe(2).f_globals.get("__file__", "")).parent  # noqa: SLF001  # the caller
        for name in ("prompt", "task"):
            value = getattr(self, name)
            if value is not None and not isinstance(value, Prompt):
                object.__setattr__(self, name, load(folder / value))

    def agent(self, hands: Sequence[Hand], tasks_max: int) -> Agent:
        """Return the agent that hands out at most so many tasks a round, to these ``hands``. Raises DefinitionError."""
        return Agent(
            self.name,
            prompt=self.prompt,
            model=self.model,
            task=self.task or shipped("orchestration/delegation/tasks"),
            output=tasks_type(hands, tasks_max),
            budget=self.budget,
            corrections_max=self.corrections_max,
            output_tokens_max=self.output_tokens_max,
            economy_model=self.economy_model,
            untrusted=(RESULTS,),
        )


def tasks_type(hands: Sequence[Hand], tasks_max: int) -> object:
    """Return the type of what an orchestrator answers with: ``tasks``, each of which fits the input of its worker."""
    kinds = tuple(_task_type(hand) for hand in hands)
    one: Any = Annotated[Union[kinds], Field(discriminator="worker")]  # noqa: UP007  # type: ignore[valid-type]  # made here
    return make_dataclass("Tasks", [("tasks", Annotated[list[one], Field(max_length=tasks_max)])], frozen=True)


def _task_type(hand: Hand) -> type:
    fields: list[tuple[str, Any] | tuple[str, Any, Any]] = [  # Any: as make_dataclass has it
        ("worker", Literal[hand.name]),
        ("arguments", hand.input),
        ("expected", Annotated[str, Field(max_length=EXPECTED_CHARACTERS_MAX)], of_dataclass(default="")),
    ]
    return make_dataclass(hand.name, fields, frozen=True, namespace={"__doc__": hand.about})
