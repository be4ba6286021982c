"""A request, as it comes in at the front door."""

from collections.abc import Mapping

import msgspec

from holdfast.journal.events.bus import Cause
from holdfast.kernel.errors import DefinitionError, InputError
from holdfast.kernel.limits import Budget, unusable
from holdfast.orchestration.application.app import App
from holdfast.orchestration.driving.kin import Lineage


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody asks of an application."""

    app: App
    input: object
    tenant: str = "default"
    subject: str | None = None
    """The person it is about."""
    session: str | None = None
    user: str | None = None
    """The end user for whom it is asked."""
    request_id: str | None = None
    """The caller's own id: the same one twice is one run."""
    budget: Budget | None = None
    """Limits for this run, in place of the app's."""
    model: str | None = None
    """One model for every agent, in place of the ones they declare."""
    models: Mapping[str, str] = {}
    """Models by the agent's name; they win over ``model``."""
    is_batch: bool = False
    """Nobody waits for it: others go first."""
    lineage: Lineage | None = None
    """Set on what a run asks. Models for agents that its app lacks are for those further down."""
    cause: Cause | None = None
    """The event on the bus that it is to react to."""

    def __post_init__(self) -> None:
        if self.lineage is None and self.budget is not None and (told := unusable(self.budget)):
            raise InputError(told)

    @property
    def model_names(self) -> dict[str, str]:
        """The model each agent will run on, by the agent's name. Raises DefinitionError for an agent the app lacks."""
        agents = self.app.agents_by_name
        unknown = self.models.keys() - agents.keys()
        if unknown and self.lineage is None:
            told = ", ".join(sorted(agents)) or "none"
            raise DefinitionError(
                f"expected models for agents of {self.app.name!r} ({told}), found {', '.join(sorted(unknown))}"
            )
        return {name: self.models.get(name, self.model or agent.model) for name, agent in agents.items()}
