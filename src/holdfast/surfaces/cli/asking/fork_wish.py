"""Where a run is to be forked and what is to be different, read from the command line."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from holdfast.kernel.errors import InputError
from holdfast.kernel.limits import Budget
from holdfast.orchestration.past.cutting import AtVersion, BeforeStep, BeforeTurn, Cut
from holdfast.prompts.prompt import Prompt, load


class ForkWish(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants of a fork; ``by`` is None for whoever is at the keyboard."""

    at: Cut | None
    is_live: bool
    model: str | None
    models: Mapping[str, str]
    prompts: Mapping[str, Prompt]
    limits: Mapping[str, float | None]
    """Limits of the budget by their names; None: the original's."""
    request_id: str | None
    by: str | None
    note: str

    def budget(self, before: Budget) -> Budget | None:
        """Return the budget of the fork of a run that had ``before``; None if that stays."""
        given = {name: limit for name, limit in self.limits.items() if limit is not None}
        return msgspec.convert({**msgspec.to_builtins(before), **given}, Budget) if given else None


def place(turn: int | None, node: str, step: str | None, version: int | None) -> Cut | None:
    """Return the place that the options name, None if none does. Raises InputError if several do."""
    named = [option for option, given in (("--turn", turn), ("--step", step), ("--at", version)) if given is not None]
    if len(named) > 1:
        raise InputError(f"expected one place to fork at, found {' and '.join(named)}: give one of them")
    if node and turn is None:
        raise InputError("expected --node beside --turn, found it alone: say which turn, or name the node with --step")
    if turn is not None:
        return BeforeTurn(turn, node)
    if step is not None:
        return BeforeStep(step)
    return None if version is None else AtVersion(version)


def prompts_of(given: Sequence[str]) -> dict[str, Prompt]:
    """Return the prompts by the agent's name that ``[AGENT=]FILE`` says, under the empty name where it names none.

    Raises InputError for two of one agent, DefinitionError for a file that cannot be read.
    """
    prompts: dict[str, Prompt] = {}
    for one in given:
        agent, sign, file = one.partition("=")
        agent, file = (agent, file) if sign else ("", one)
        if agent in prompts:
            raise InputError(
                f"expected one prompt for each agent, found two for {agent or 'the one whose turn follows'}"
            )
        prompts[agent] = load(Path(file))
    return prompts
