"""The state of a run: what a fold over its events knows, and nothing else.

States are immutable values; maps are persistent (``rpds.HashTrieMap``), so that a change to one node of a wide fan-out
costs a path of the tree and not a copy of it. No value of values can hold a cycle: the collector is told of none
(``gc=False``).
"""

import msgspec
from rpds import HashTrieMap

from holdfast.journal.events.bus import Cause
from holdfast.journal.events.retries import SentBefore
from holdfast.journal.events.runs import Ancestor, Origin
from holdfast.journal.events.steps import Unfinished
from holdfast.journal.fold.agent_state import AgentState, Low
from holdfast.journal.fold.event_state import EventWaitState
from holdfast.journal.fold.graph_state import GraphState
from holdfast.journal.fold.passed import Passed
from holdfast.journal.fold.script_state import ScriptState
from holdfast.journal.fold.share_state import ShareState
from holdfast.journal.fold.step_state import NOT_TRIED, StepState
from holdfast.kernel.charges import Charges
from holdfast.kernel.ids import EventId, PayloadId, RunId
from holdfast.kernel.limits import Budget, Spend
from holdfast.kernel.outcomes import Fault, Outcome


class Written(msgspec.Struct, frozen=True, gc=False):
    """A variable as it was last written."""

    name: str
    value: PayloadId | None
    """None if it was removed."""
    version: int
    """The version of the event that made it so."""
    base: int = 0
    """In a block: the version that stood outside when the block first wrote it, 0 if there was none."""


class QuestionState(msgspec.Struct, frozen=True, gc=False):
    """What a node last asked of a person."""

    number: int
    asked: PayloadId
    asked_at: float
    options: tuple[str, ...] = ()
    deadline: float | None = None
    default: str | None = None
    choice: str | None = None
    """What was decided; None while nobody has."""
    by: str = ""
    note: str = ""
    value: PayloadId | None = None


class UnseenCall(msgspec.Struct, frozen=True, gc=False):
    """A model call whose reply nobody has seen, and what is charged for it until somebody looks it up."""

    node: str
    turn: int
    attempt: int
    tokens: int
    cost_usd: float | None
    charged_at: float = 0.0
    """The instant at which it was charged: an agent that was entered later is another."""
    charged: int = 0
    """The version of the event that charged it: no two have the same."""
    reserved_at: float = 0.0
    """When it was made."""
    model: str = ""
    """Who was asked; empty in what was kept before this was."""


class Awaited(msgspec.Struct, frozen=True):
    """A spent allowance that a node waits for."""

    node: str
    allowance: str
    """Whose it is, in words."""
    renews_at: float


class ReviewState(msgspec.Struct, frozen=True, gc=False):
    """What one review of the run's result came to."""

    node: str
    at: float
    unmet: tuple[str, ...] = ()
    found: PayloadId | None = None


class ChildState(msgspec.Struct, frozen=True, gc=False):
    """A run that a node has started."""

    run: RunId
    node: str
    number: int
    app: str
    budget: Budget
    """Its limits: what the parent's budget has lent it."""
    started_at: float
    input: PayloadId | None = None
    is_begun: bool = False
    """It is durable; until then a driver that takes over begins it again, which makes no second one."""
    is_recalled: bool = False
    """It was asked to end before its time."""
    abandons_doubts: bool = False
    """It was asked to do so without waiting for what is in doubt."""
    outcome: Outcome | None = None
    result: PayloadId | None = None
    fault: Fault | None = None
    spend: Spend = Spend()


class NodeState(msgspec.Struct, frozen=True, gc=False):
    """Where a node of the flow stands."""

    path: str
    kind: str
    entered_at: float
    input: PayloadId | None = None
    deadline: float | None = None
    branches: tuple[str, ...] = ()
    outcome: Outcome | None = None
    left_at: int = 0
    """The version of the event that ended it: orders siblings by when they ended. 0 while it runs."""
    result: PayloadId | None = None
    fault: Fault | None = None
    is_decided: bool = False
    """A branch has taken its case, a map knows its items, a loop has begun another round."""
    decided_at: int = 0
    """The version of the event that says so: what is decided of a child counts if that had ended before."""
    case: str | None = None
    keys: tuple[str, ...] = ()
    items: tuple[PayloadId, ...] = ()
    agent: AgentState | None = None
    step: StepState = NOT_TRIED
    question: QuestionState | None = None
    staged: tuple[Written, ...] = ()
    """What was written inside a block, and is seen there only until the block has succeeded."""
    wakes_at: float | None = None
    """The instant that it waits for."""
    tries: int = 0
    """How many tries have failed and are followed by another."""
    tried_at: float | None = None
    """When the last of them failed."""
    retry_at: float | None = None
    """The instant of the next try, while it is waited for; ``fault`` is then why the last one failed."""
    child: RunId | None = None
    """The run that it has started."""
    script: ScriptState | None = None
    shared: PayloadId | None = None
    """All that runs share, as it was when it was entered: what everything inside sees of it."""
    key_path: str | None = None
    """The path that its idempotency keys are made of, where a migration has given it another."""
    graph: GraphState | None = None
    """How its steps hang together, if it is a graph or a plan."""
    passed: tuple[Passed, ...] = ()
    """Who handed over to whom, turn after turn."""
    wait: EventWaitState | None = None
    """What it waits for on the bus."""


class Sent(msgspec.Struct, frozen=True, gc=False):
    """An effect that was sent under a key before its node was dropped."""

    before: SentBefore
    step: str | None = None
    """The path of the effect that is sent under its key now, if one is."""


class InPart(msgspec.Struct, frozen=True, gc=False):
    """An effect that has done only a part of what it was to do."""

    path: str
    node: str
    tool: str
    left: Unfinished
    reason: str


class RunState(msgspec.Struct, frozen=True, gc=False):
    """Where a run stands."""

    run: RunId
    tenant: str
    app: str
    status: str
    input: PayloadId
    definitions: dict[str, str]
    models: dict[str, str]
    budget: Budget
    started_at: float
    version: int = 0
    title: str = ""
    session: str | None = None
    user: str | None = None
    """The end user for whom it acts."""
    parent: RunId | None = None
    parent_step: str = ""
    depth: int = 0
    """How many runs it stands below."""
    model: str | None = None
    models_asked: dict[str, str] = {}
    is_batch: bool = False
    request_id: str | None = None
    spend: Spend = Spend()
    reserved: int = 0
    """Tokens charged for model calls in flight, over all agents."""
    reserved_usd: float = 0.0
    """Dollars likewise, as far as prices are known."""
    low: tuple[Low, ...] = ()
    """Which limits of its budget were told to run low."""
    charges: Charges = ()
    """The same and what was spent, by the day on which each call was made."""
    nodes: "HashTrieMap[str, NodeState]" = HashTrieMap()
    variables: "HashTrieMap[str, Written]" = HashTrieMap()
    """The run's own state, by name."""
    doubts: tuple[str, ...] = ()
    """Paths of the effects in doubt: while there is one the run cannot end."""
    questions: tuple[str, ...] = ()
    """Paths of the nodes whose question nobody has answered, in the order in which they were asked."""
    asked: int = 0
    """How many questions were asked so far: no two have the same number."""
    reviews: tuple[ReviewState, ...] = ()
    """What the reviews of the result came to, in order."""
    retrying: tuple[str, ...] = ()
    """Paths of the nodes that wait to be tried again."""
    requeues: int = 0
    """How often it went on after it had failed."""
    limited_from: float | None = None
    """The instant from which its seconds count: when it was last requeued; None: when it started."""
    raised: Budget | None = None
    """Limits that were raised, of the run and of its agents."""
    sent: "HashTrieMap[str, tuple[Sent, ...]]" = HashTrieMap()
    """What was sent in the past of a node that is done again, by the node's path."""
    children: "HashTrieMap[RunId, ChildState]" = HashTrieMap()
    children_open: tuple[RunId, ...] = ()
    """The children that have not ended, in the order in which they were started: with one the run cannot end."""
    lent: Spend = Spend()
    """What their limits allow them: taken from the run's budget until they have ended."""
    abandoned: tuple[str, ...] = ()
    """Paths of the effects of which nobody will ever know what became of them."""
    unseen: tuple[UnseenCall, ...] = ()
    """Model calls that are charged in full, because their replies were never seen."""
    awaited: tuple[Awaited, ...] = ()
    """The allowances that it waits for: until they are renewed, or until a driver takes it up and asks anew."""
    cancel_reason: str | None = None
    abandons_by: str | None = None
    """Who asked that the run end without waiting for its doubts; None if nobody did."""
    held: dict[str, PayloadId | None] = {}
    """The secrets that results have held, by name, each under seal."""
    labelled: tuple[PayloadId, ...] = ()
    """Where the values lie that have a label of personal data, by the names that stand for them."""
    inbox_read: int = 0
    origin: Origin | None = None
    """The run that it is a fork of, and how far it has that run's history."""
    simulates: bool = False
    """Effects from ``keyed`` on are not sent but simulated, or refused."""
    inherited: Spend = Spend()
    """What its history has cost where it was made: paid there, and no part of what this run has consumed."""
    prompts: dict[str, PayloadId] = {}
    """The text of system prompts that agents have in place of their own, by the agent's name."""
    migrations: tuple[str, ...] = ()
    """The names of the migrations that changed its definitions, in order."""
    drivers: int = 1
    """How many workers have driven it."""
    drivers_in_vain: int = 0
    """How many of the last ones were cut off before anything had ended under them."""
    is_left: bool = False
    """Its last driver has put it down in good order, and no other has come yet."""
    openings_failed: int = 0
    """How often in a row what its tools need could not be opened."""
    parked: str | None = None
    """Why it left memory; None while it is driven."""
    awaits: tuple[RunId, ...] = ()
    """The children it left memory for; none if it waits for anybody else."""
    waited_from: str | None = None
    """The status that a wait interrupted."""
    in_part: tuple[InPart, ...] = ()
    """The effects that were left in part: with one the run has not succeeded."""
    is_over: bool = False
    outcome: Outcome | None = None
    result: PayloadId | None = None
    fault: Fault | None = None
    waived: tuple[str, ...] = ()
    """The unmet criteria in spite of which a person has accepted the result."""
    ended_at: float | None = None
    approvals: tuple[str, ...] = ()
    """Paths of the calls that wait for people to say yes to them, in the order in which they were asked."""
    sagas: tuple[str, ...] = ()
    """Paths of the sagas that are neither whole nor undone: with one the run cannot end."""
    standing: tuple[str, ...] = ()
    """Paths of the sagas of which something stands that should be undone: with one the run cannot succeed."""
    ancestors: tuple[Ancestor, ...] = ()
    """The runs above it, the first of them first."""
    shares: "HashTrieMap[str, ShareState]" = HashTrieMap()
    """What nodes may spend that have a share of their own, by their paths."""
    reacts_to: Cause | None = None
    """The event on the bus that it was begun for."""
    caused_by: EventId | None = None
    """The same, or the one that it has received last: the cause of what it publishes."""
    hops: int = 0
    """How many events lie between it and one that no event has caused."""
    event_waits: tuple[str, ...] = ()
    """Paths of the nodes that wait for an event which has not come."""
    events_awaited: int = 0
    """How many waits for events have begun so far: no two have the same number."""

    def node(self, path: str) -> NodeState | None:
        """Return the state of the node at ``path``, None if it was not entered."""
        return self.nodes.get(path)
