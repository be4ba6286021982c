"""What a department is: an app of its own to which tasks are given, which may itself hand them on."""

from dataclasses import dataclass

from holdfast.kernel.errors import DefinitionError
from holdfast.kernel.limits import Budget, unusable
from holdfast.orchestration.application.app import App


@dataclass(frozen=True, kw_only=True)
class Department:
    """Does tasks by a run of ``app``, whatever that is: another delegation, a flow of steps.

    Only what is called a department may plan; how deep that goes is what the ``depth`` of a budget says. Raises
    DefinitionError.
    """

    app: App
    about: str
    """What it can do, for whoever hands out tasks."""
    output: object = object
    """The type that its result must have."""
    budget: Budget = Budget()
    """What a task may spend at the most, the runs below it included."""

    def __post_init__(self) -> None:
        if wrong := unusable(self.budget):
            raise DefinitionError(f"department {self.name!r}: {wrong}")

    @property
    def name(self) -> str:
        """The name of its app."""
        return self.app.name

    @property
    def input(self) -> object:
        """The type of a task."""
        kind: object = self.app.input
        return kind

    @property
    def gives(self) -> object:
        """The type of its results."""
        return self.output
