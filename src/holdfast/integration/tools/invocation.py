"""One call on its way down the stages: what was ordered, what the run lends to it, what has become of it so far."""

from collections.abc import Callable, Mapping

import msgspec

from holdfast.governance.escalation import Grounds
from holdfast.governance.verdict import Verdict
from holdfast.integration.secrets.book import NO_SECRETS
from holdfast.integration.secrets.run_secrets import RunSecrets
from holdfast.integration.tools.companion import Companion
from holdfast.integration.tools.definition import Tool
from holdfast.integration.tools.publisher import Publisher
from holdfast.integration.tools.shared import Shared
from holdfast.integration.tools.sharing import Sharing
from holdfast.integration.tools.stock.results import Results
from holdfast.integration.tools.topic import Topic
from holdfast.integration.tools.variables import Variables
from holdfast.journal.events.approvals import Need
from holdfast.journal.events.steps import Sanitised
from holdfast.journal.fold.approval_state import ApprovalState
from holdfast.journal.fold.state import Written
from holdfast.journal.recorder import Recorder
from holdfast.kernel import paths
from holdfast.kernel.effects import Effect
from holdfast.kernel.ids import PayloadId, RunId
from holdfast.kernel.messages import Audio, File, Image, Text, ToolCall
from holdfast.kernel.outcomes import Fault

NO_TOPICS: Mapping[str, Topic] = {}


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
    approval: ApprovalState | None = None
    """What people were asked of this very effect, and have decided, if they were."""

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

    __slots__ = ("_given", "_held", "recorder", "secrets", "sharing", "topics")

    def __init__(
        self,
        recorder: Recorder,
        resources: Mapping[type, object] | None = None,
        sharing: Sharing | None = None,
        secrets: RunSecrets | None = None,
        topics: Mapping[str, Topic] = NO_TOPICS,
    ) -> None:
        """``sharing``: what it has to do with other runs; without it nothing is shared. ``topics``: the app's."""
        self.topics = topics
        self.recorder, self.sharing = recorder, sharing
        self.secrets = secrets or RunSecrets(NO_SECRETS, recorder.payloads, recorder.state.tenant)
        self._given = resources or {}
        self._held: Mapping[type, object] | None = None

    @property
    def resources(self) -> Mapping[type, object]:
        """The resources by type; gathered when first asked for, for most runs never do."""
        if self._held is None:
            self._held = {Results: Results(self.recorder.payloads), **self._given}
        return self._held


class Refused(msgspec.Struct, frozen=True):
    """A guard said no: nothing was sent."""

    fault: Fault


class Failed(msgspec.Struct, frozen=True):
    """The call came to nothing, or its result cannot be used."""

    fault: Fault
    is_definite: bool = False
    """Whether it is certain that nothing was done."""
    retry_after_seconds: float | None = None
    """Not before when it can succeed, if the other side has said so."""


class Unknown(msgspec.Struct, frozen=True):
    """It was sent, and what became of it is not known. ``in_doubt``: it may not be sent again on its own."""

    in_doubt: bool
    reason: str = ""
    retry_after_seconds: float | None = None
    """Not before when it is to be sent again, if the other side has said so."""


class Later(msgspec.Struct, frozen=True):
    """It failed in passing, or could not be sent now: it is made again at ``instant``."""

    instant: float
    fault: Fault
    is_definite: bool = False
    """Whether it is certain that nothing was done."""


class Expired(msgspec.Struct, frozen=True):
    """It was not sent again: it may not be any more, or the other side may have forgotten the key. The attempt before
    is in doubt."""

    reason: str = "it was not sent again: the other side may have forgotten the key"


class Held(msgspec.Struct, frozen=True):
    """It waits for people to say yes to it: nothing was sent, and it is called again once they have decided."""

    definition: str
    digest: str
    needs: tuple[Need, ...]
    grounds: Grounds
    deadline: float | None = None
    abandons: bool = False


End = Refused | Failed | Unknown | Later | Expired | Held
"""How a stage ends a call before its time."""


class Invocation:
    """A call on its way. Each stage reads what those before it have set, and sets its own."""

    __slots__ = (
        *("order", "desk", "begun_at", "end", "ended_by"),
        *("tool", "digest", "values", "key"),
        *("value", "text", "json", "result", "result_bytes", "attached", "sanitised"),
        *("variables", "seen", "shared", "publisher", "simulation"),
        *("verdict", "autonomy", "note", "canonical"),
        *("keys", "waited_seconds", "left_in_part", "is_settled", "leaving"),
    )

    tool: Tool
    """Set by ``known``."""
    digest: str
    """The digest of the canonical arguments, set by ``arguments``."""
    canonical: bytes
    """The arguments in their one canonical form, set by ``arguments``."""
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
        self.attached: tuple[Text | Image | Audio | File, ...] = ()
        """What a model will be shown beside the text."""
        self.variables: Variables | None = None
        """The run's variables, if the function asks for them; set by ``arguments``."""
        self.seen: Mapping[str, Written] = {}
        """Every variable as it stood then."""
        self.shared: Shared | None = None
        """What runs share, if the function asks for it; set by ``arguments``."""
        self.publisher: Publisher | None = None
        """What it publishes with, if the function asks for it; set by ``arguments``."""
        self.simulation: Companion | None = None
        """What is called in the tool's place, if nothing is to be sent; set by ``fork``."""
        self.verdict: Verdict | None = None
        """What the policies say of it; set by ``authorised``, None where nobody is asked."""
        self.autonomy = ""
        """How much the caller may do by itself; set by ``authorised``."""
        self.note = ""
        """What the model is told beside the result; set by ``approved``."""
        self.keys: frozenset[str] = frozenset()
        """The resources that it acts on; set by ``resource``."""
        self.waited_seconds = 0.0
        """How long it waited for its turn."""
        self.left_in_part: Fault | None = None
        """What is missing, if only a part was done; set by ``postcondition``."""
        self.sanitised: Sanitised | None = None
        """What the result held that must not be seen as it is; set by ``sanitise``."""
        self.end: End | None = None
        self.ended_by = ""
        self.is_settled = False
        """Whether it has passed all stages, or ended at one; otherwise it was withdrawn, or a guard broke."""
        self.leaving: tuple[Callable[[Invocation], None], ...] = ()
        """What gives back what the stages have taken."""

    def afterwards(self, leave: "Callable[[Invocation], None]") -> None:
        """Have ``leave`` called once it is on record what became of it, or it was withdrawn; the last comes first."""
        self.leaving = (leave, *self.leaving)

    def leave(self) -> None:
        """Give back what the stages have taken."""
        for leave in self.leaving:
            leave(self)

    @property
    def effect(self) -> Effect:
        """What the call does to the world: a simulated one touches nothing."""
        return self.tool.effect if self.simulation is None else Effect.PURE
