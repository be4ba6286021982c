"""The leaves of a flow: what is done by an agent, a tool, plain code, a person, time, or another run. Pure."""

import enum

import msgspec

from holdfast.kernel.limits import Budget
from holdfast.kernel.retry import Retry
from holdfast.orchestration.flow.node import AT_ONCE_MAX, FlowNode, Spending


class AgentNode(Spending, frozen=True, omit_defaults=True, tag="agent"):
    """Run an agent on ``input`` (the run's own input if there is no expression)."""

    agent: str
    input: str | None = None
    tools: tuple[str, ...] | None = None
    """The tools granted here: a subset of the agent's. None grants all of them."""
    timeout_seconds: float | None = None
    retry: Retry | None = None


class ToolNode(FlowNode, frozen=True, omit_defaults=True, tag="tool"):
    """Call a tool with the arguments that ``input`` evaluates to."""

    tool: str
    input: str | None = None
    timeout_seconds: float | None = None
    retry: Retry | None = None


class FunctionNode(FlowNode, frozen=True, omit_defaults=True, tag="function"):
    """Call one of the app's own functions, which declares its effect as a tool does."""

    function: str
    input: str | None = None
    timeout_seconds: float | None = None
    retry: Retry | None = None


class WaitNode(FlowNode, frozen=True, omit_defaults=True, tag="wait"):
    """Let time pass: ``seconds`` from when it is entered, or until the instant that ``until`` evaluates to.

    An instant is seconds since 1970, or an ISO 8601 text with its zone; one in the past is no wait. Its value is None.
    """

    seconds: float | None = None
    until: str | None = None
    timeout_seconds: float | None = None


class Option(msgspec.Struct, frozen=True, omit_defaults=True):
    """One way to decide; ``impact``, an expression for a text, says what is expected to come of it."""

    name: str
    impact: str | None = None


class DecisionNode(FlowNode, frozen=True, omit_defaults=True, tag="decision"):
    """Ask a person. Its value is a dict: ``choice``, ``by``, ``note`` and ``value``, what was given beside the choice.

    ``question``, ``goal`` and ``details`` are expressions, evaluated when it is entered. Without options the answer is
    free. At its deadline ``at_deadline`` is chosen; the node fails if there is no such option.
    """

    question: str
    options: tuple[str | Option, ...] = ("approve", "reject")
    goal: str | None = None
    """What is being tried: a text."""
    details: str | None = None
    """The evidence: anything."""
    deadline_seconds: float | None = None
    at_deadline: str | None = None
    timeout_seconds: float | None = None
    choices: str | None = None
    """An expression for the options, a list of texts, where only the run can say what they are. None of them: the
    answer is free."""

    @property
    def offered(self) -> tuple[Option, ...]:
        """What can be chosen, in order."""
        return tuple(Option(option) if isinstance(option, str) else option for option in self.options)


class ChildNode(Spending, frozen=True, omit_defaults=True, tag="child"):
    """Begin a run of another app on ``input``, and wait for it. Its value is that run's result."""

    app: str
    input: str | None = None
    budget: Budget | None = None
    """Limits for that run, in place of the app's; it gets what is left of this run's where that is less."""
    timeout_seconds: float | None = None


class ScriptNode(Spending, frozen=True, omit_defaults=True, tag="script"):
    """Run one of the app's scripts on ``input``: plain Python, each of whose steps is journalled. Opaque to checks."""

    script: str
    input: str | None = None
    timeout_seconds: float | None = None
    at_once_max: int = AT_ONCE_MAX


class Skill(msgspec.Struct, frozen=True, omit_defaults=True):
    """An agent that a plan may use, and what the planner is told of it."""

    agent: str
    does: str


class PlanApproval(msgspec.Struct, frozen=True, omit_defaults=True):
    """A person looks at every version of a plan before it is carried out: approves, rejects or changes it."""

    deadline_seconds: float | None = None
    """After it the plan is rejected. None: it waits for good."""


class PlanNode(Spending, frozen=True, omit_defaults=True, tag="plan"):
    """A plan that an agent writes for ``input``, and that is then carried out as a graph is.

    It may use what is listed here and nothing else. One that cannot be carried out goes back to the planner with the
    reasons. When a step fails, or does not come to what was expected of it, there is another version of the plan, in
    which what is finished stays as it is. Its value has a field for each step of the last version.
    """

    planner: str
    """The agent that writes it: its ``output`` is ``Plan``."""
    input: str | None = None
    agents: tuple[str | Skill, ...] = ()
    tools: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    approval: PlanApproval | None = None
    drafts_max: int = 3
    """How many drafts the planner may write for one version."""
    replans_max: int = 2
    """How many versions may follow on the first."""
    steps_max: int = 20
    at_once_max: int = AT_ONCE_MAX
    timeout_seconds: float | None = None

    @property
    def agent_names(self) -> tuple[str, ...]:
        """The agents that a plan may use."""
        return tuple(each if isinstance(each, str) else each.agent for each in self.agents)


class PublishNode(FlowNode, frozen=True, omit_defaults=True, tag="publish"):
    """Publish an event on one of the app's topics, in the commit that leaves the node. Its value is the event's id.

    ``payload`` and ``key`` are expressions, evaluated when it is entered; without a payload it is the run's own input.
    """

    topic: str
    payload: str | None = None
    key: str | None = None
    """Events of one key are reacted to one after the other: a text or a whole number, null for none."""
    timeout_seconds: float | None = None


class Since(enum.StrEnum):
    """From when on events count that a node waits for."""

    ENTERED = "entered"
    """From when the node is entered."""
    STARTED = "started"
    """From when the run was started: the answer to what an earlier step has asked may be there before the node is."""
    EVER = "ever"
    """All that are kept, the oldest first."""


class EventNode(FlowNode, frozen=True, omit_defaults=True, tag="event"):
    """Wait for an event on one of the app's topics. Its value is the event's payload; the run leaves memory meanwhile.

    Of those that have the ``key``, an expression evaluated when it is entered, it is the first for which ``when``
    holds; that sees the event as ``event``: its ``payload``, ``key``, ``topic``, ``id``, ``at`` and ``hops``.
    """

    topic: str
    key: str | None = None
    when: str | None = None
    since: Since = Since.ENTERED
    timeout_seconds: float | None = None


Leaf = (
    AgentNode
    | ToolNode
    | FunctionNode
    | WaitNode
    | DecisionNode
    | ChildNode
    | ScriptNode
    | PlanNode
    | PublishNode
    | EventNode
)
