"""An agent's own state in a run: variables that no other agent sees, nor any expression of the flow."""

from holdfast.integration.tools.variables import Variables
from holdfast.journal.fold.variables import owned
from holdfast.kernel.paths import check_name


class Private:
    """What an agent keeps for itself through one run, over all its turns and nodes: ``Provided[Private]``.

    It is what ``Variables`` are, for the tools of one agent: what a call writes is seen once the call has succeeded,
    all together, and the call is made again where another has written meanwhile what it saw.
    """

    __slots__ = ("_agent", "_variables")

    def __init__(self, variables: Variables, agent: str) -> None:
        self._variables, self._agent = variables, agent

    def get(self, name: str, default: object = None) -> object:
        """Return the value of ``name``, a copy of its own; ``default`` if there is none."""
        return self._variables.read(self._own(name), default)

    def put(self, name: str, value: object) -> None:
        """Set ``name``. Raises DefinitionError for a name, InputError for a value that cannot be kept."""
        self._variables.write(self._own(name), value)

    def remove(self, name: str) -> None:
        """Forget ``name``; harmless if there is none."""
        self._variables.forget(self._own(name))

    def _own(self, name: str) -> str:
        return owned(self._agent, check_name(name, "private variable"))
