"""What policies can speak of: the agents and tools of an app, as they are declared. Values only."""

import msgspec

from holdfast.governance.autonomy import Autonomy
from holdfast.kernel.effects import IRREVERSIBLE, Effect


class DeclaredTool(msgspec.Struct, frozen=True, kw_only=True):
    """A tool, as far as a policy can tell it from others."""

    name: str
    effect: Effect
    reversibility: str | None
    parameters: dict[str, object]
    """JSON Schema of its arguments, without references."""
    server: str | None = None
    permission: str | None = None
    ask_when: str | None = None
    ask_below_confidence: float | None = None

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups of actions that it belongs to: no tool can have the name of one."""
        groups = [f"effect:{self.effect}", READS if self.reversibility is None else WRITES]
        if self.reversibility is not None:
            groups.append(IRREVERSIBLES if self.reversibility == IRREVERSIBLE else REVERSIBLES)
        if self.server is not None:
            groups.append(f"server:{self.server}")
        if self.permission is not None:
            groups.append(f"permission:{self.permission}")
        return tuple(groups)


READS, WRITES = "all:reads", "all:writes"
REVERSIBLES, IRREVERSIBLES = "all:reversible", "all:irreversible"
ALWAYS_KNOWN = (READS, WRITES, REVERSIBLES, IRREVERSIBLES, *(f"effect:{effect}" for effect in Effect))
"""Groups that a policy may name though no tool of the app is in them."""


class DeclaredAgent(msgspec.Struct, frozen=True, kw_only=True):
    """An agent, and what it may be granted."""

    name: str
    tools: tuple[str, ...]
    autonomy: Autonomy | None = None
    ask_below_confidence: float | None = None


class Declared(msgspec.Struct, frozen=True, kw_only=True):
    """An app, as its policies see it."""

    app: str
    tools: tuple[DeclaredTool, ...]
    agents: tuple[DeclaredAgent, ...]
    own: tuple[str, ...] = ()
    """The tools that read an agent's own results: whoever has called a tool may read what it gave."""
    functions: tuple[str, ...] = ()
    """The functions of the flow's own nodes that need no permission: no model asks for them."""

    def tool(self, name: str) -> DeclaredTool:
        """Return the tool called ``name``. Raises KeyError."""
        return next(each for each in self.tools if each.name == name)


class Source(msgspec.Struct, frozen=True):
    """Policies as somebody wrote them, or as they were made of a declaration."""

    name: str
    """The file's, without its folder; or what they were made of."""
    text: str
    is_generated: bool = False
    folder: str = ""
    """Where the file lies."""
