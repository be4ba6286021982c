"""One call on its way down the stages: what was ordered, what the run lends to it, what has become of it so far."""

from collections.abc import Mapping
from typing import Protocol

import msgspec

from holdfast.integration.secrets.book import NO_SECRETS
from holdfast.integration.secrets.run_secrets import RunSecrets
from holdfast.integration.tools.companion import Companion
from holdfast.integration.tools.contract import Tool
from holdfast.integration.tools.stock.results import Results
from holdfast.integration.tools.variables import Variables
from holdfast.journal.events.steps import Sanitised
from holdfast.journal.fold.state import Written
from holdfast.journal.recorder import Recorder
from holdfast.kernel import paths
from holdfast.kernel.effects import Effect
from holdfast.kernel.ids import PayloadId, RunId
from holdfast.kernel.messages import ToolCall
from holdfast.kernel.outcomes import Fault


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """A call to be made: a model's, in its turn, or that of a node which is itself a tool."""

    tenant: str
    run: RunId
    node: str
    call: ToolCall
    granted: frozenset[str]
    turn: int = 0
    """0 for a node that is itself a tool."""
    index: int = 0
    """The call's place in its turn, from 1; 0 for a node that is itself a tool."""
    attempt: int = 1
    attempts_void: int = 0
    """The last attempt of which it is certain that nothing was done."""
    family: int = 0
    """Counts the definite failures before: each opens a new idempotency key."""
    key_until: float | None = None
    """The instant until which the other side knows the key, where it was sent before."""

    key_node: str | None = None
    """The path that the node had when its keys were first made, where it has another now."""

    agent: str | None = None
    """Whose turn it is; None for a node that is itself a tool."""
    user: str | None = None
    """The end user for whom the run acts."""
    pseudonyms: bool = False
    """Whether the agent sees names in the place of personal data."""

    @property
    def is_node(self) -> bool:
        """Whether no model asked: the result is data for the flow, and nobody is shown a message."""
        return self.turn == 0

    @property
    def is_first(self) -> bool:
        """Whether nothing is open of the attempts before it."""
        return self.attempt <= self.attempts_void + 1

    @property
    def path(self) -> str:
        """The path of the step."""
        return self._below(self.node)

    @property
    def key_path(self) -> str:
        """The path that the idempotency key is made of: always the one it was first made of."""
        return self._below(self.key_node or self.node)

    def _below(self, node: str) -> str:
        return node if self.is_node else paths.call(node, self.turn, self.index)


class Desk:
    """What a run lends to its calls: its recorder, its secrets, resources by type. ``Results`` is always among them."""

    __slots__ = ("recorder", "resources", "secrets")

    def __init__(
        self,
        recorder: Recorder,
        resources: Mapping[type, object] | None = None,
        secrets: RunSecrets | None = None,
    ) -> None:
        self.recorder = recorder
        self.secrets = secrets or RunSecrets(NO_SECRETS, recorder.payloads, recorder.state.tenant)
        self.resources: Mapping[type, object] = {Results: Results(recorder.payloads), **(resources or {})}


class Refused(msgspec.Struct, frozen=True):
    """A guard said no: nothing was sent."""

    fault: Fault


class Failed(msgspec.Struct, frozen=True):
    """The call came to nothing, or its result cannot be used."""

    fault: Fault
    is_definite: bool = False
    """Whether it is certain that nothing was done."""


class Unknown(msgspec.Struct, frozen=True):
    """It was sent, and what became of it is not known. ``in_doubt``: it may not be sent again on its own."""

    in_doubt: bool


class Expired(msgspec.Struct, frozen=True):
    """It was not sent again: the other side may have forgotten the key. The attempt before is in doubt."""


End = Refused | Failed | Unknown | Expired
"""How a stage ends a call before its time."""


class Invocation:
    """A call on its way. Each stage reads what those before it have set, and sets its own."""

    __slots__ = (
        *("order", "desk", "begun_at", "end", "ended_by"),
        *("tool", "digest", "values", "key"),
        *("value", "text", "json", "result", "result_bytes"),
        *("variables", "seen", "simulation", "sanitised"),
    )

    tool: Tool
    """Set by ``known``."""
    digest: str
    """The digest of the canonical arguments, set by ``arguments``."""
    values: dict[str, object]
    """What the function is called with, set by ``arguments``."""
    value: object
    """What the function returned, set by ``call``, checked by ``result_schema``."""

    def __init__(self, order: Order, desk: Desk, begun_at: float) -> None:
        self.order, self.desk, self.begun_at = order, desk, begun_at
        self.key: str | None = None
        self.text = ""
        """What the model will be shown, if a model asked."""
        self.json = b""
        """The result as data, if a node asked."""
        self.result: PayloadId | None = None
        """The whole result, where the text is not all of it."""
        self.result_bytes = 0
        self.variables: Variables | None = None
        """The run's variables, if the function asks for them; set by ``arguments``."""
        self.seen: Mapping[str, Written] = {}
        """Every variable as it stood then."""
        self.simulation: Companion | None = None
        """What is called in the tool's place, if nothing is to be sent; set by ``fork``."""
        self.sanitised: Sanitised | None = None
        """What the result held that must not be seen as it is; set by ``sanitise``."""
        self.end: End | None = None
        self.ended_by = ""

    @property
    def effect(self) -> Effect:
        """What the call does to the world: a simulated one touches nothing."""
        return self.tool.effect if self.simulation is None else Effect.PURE


class Stage(Protocol):
    """One part of the pipeline: lets a call pass, or ends it. What it raises stops the run: a guard fails closed."""

    @property
    def name(self) -> str:
        """The name under which an end of its making is recorded."""

    async def run(self, invocation: Invocation) -> End | None:
        """Let the call pass (None), or say how it ends here."""
