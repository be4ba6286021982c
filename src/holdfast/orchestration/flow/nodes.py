"""Flows as data: leaves under the combinators (DESIGN, decision 7). Pure values.

A node has a name; its place in the flow gives it a stable path. Inputs and guards are expressions over the run's
``input``, the results of earlier steps by name, and inside a map the ``item`` and its ``key``. The same value is
executed, drawn, hashed and checked.
"""

import msgspec

from holdfast.kernel.ids import digest
from holdfast.kernel.outcomes import ErrorKind
from holdfast.orchestration.flow.choices import AtRoundsMax, Join, VoteBy
from holdfast.orchestration.flow.contracts import Contract
from holdfast.orchestration.flow.leaves import (
    AgentNode,
    ChildNode,
    DecisionNode,
    FunctionNode,
    Leaf,
    Option,
    PlanApproval,
    PlanNode,
    ScriptNode,
    Skill,
    ToolNode,
    WaitNode,
)
from holdfast.orchestration.flow.node import AT_ONCE_MAX, FlowNode, Spending

__all__ = [
    "AT_ONCE_MAX",
    "ITEMS_MAX",
    "AgentNode",
    "AtRoundsMax",
    "Block",
    "Branch",
    "Case",
    "ChildNode",
    "Composite",
    "Contract",
    "DecisionNode",
    "Fallback",
    "FlowNode",
    "FunctionNode",
    "Graph",
    "GraphStep",
    "Handoff",
    "Join",
    "Leaf",
    "Loop",
    "Map",
    "Node",
    "Option",
    "Parallel",
    "PlanApproval",
    "PlanNode",
    "Saga",
    "SagaStep",
    "ScriptNode",
    "Sequence",
    "Skill",
    "ToolNode",
    "Vote",
    "VoteBy",
    "WaitNode",
    "children",
    "content_hash",
    "from_json",
    "kind",
    "pins",
    "to_json",
    "told_apart",
]

ITEMS_MAX = 1_000


class Sequence(Spending, frozen=True, omit_defaults=True, tag="sequence"):
    """One step after the other. Its value is the last step's; the first failure ends it."""

    steps: "tuple[Node, ...]"
    timeout_seconds: float | None = None


class Parallel(Spending, frozen=True, omit_defaults=True, tag="parallel"):
    """All branches at once. Its value has a field for each branch, null for one that did not succeed."""

    branches: "tuple[Node, ...]"
    join: Join = Join.ALL
    quorum: int | None = None
    at_once_max: int = AT_ONCE_MAX
    branch_timeout_seconds: float | None = None
    timeout_seconds: float | None = None
    snapshot: bool = False
    """Everything inside sees what runs share as it was when the node was entered."""


class Case(msgspec.Struct, frozen=True):
    """One way a branch can go: ``then`` runs if ``when`` is true and no case before it was."""

    when: str
    then: "Node"


class Branch(Spending, frozen=True, omit_defaults=True, tag="branch"):
    """The first case whose guard holds, else ``otherwise``, else nothing: then the branch is skipped."""

    cases: tuple[Case, ...]
    otherwise: "Node | None" = None
    timeout_seconds: float | None = None


class Map(Spending, frozen=True, omit_defaults=True, tag="map"):
    """``do`` once for each item of ``over``. Its value is the list of theirs, null for one that did not succeed."""

    over: str
    do: "Node"
    key: str | None = None
    """Names an item, from ``item`` and ``index``; the index if there is no expression."""
    at_once_max: int = AT_ONCE_MAX
    items_max: int = ITEMS_MAX
    join: Join = Join.ALL
    quorum: int | None = None
    item_timeout_seconds: float | None = None
    timeout_seconds: float | None = None
    snapshot: bool = False
    """Everything inside sees what runs share as it was when the node was entered."""


class Loop(Spending, frozen=True, omit_defaults=True, tag="loop"):
    """``do``, round after round, until ``until`` holds. Its value is the last round's; a round that fails ends it.

    Inside, ``round`` is the number of the round, from 1, and ``last`` the value of the round before, null in the first.
    ``until`` is evaluated after each round; it sees both, and the round's value as ``result``.
    """

    do: "Node"
    until: str
    rounds_max: int
    at_rounds_max: AtRoundsMax = AtRoundsMax.FAIL
    round_timeout_seconds: float | None = None
    timeout_seconds: float | None = None


class Fallback(Spending, frozen=True, omit_defaults=True, tag="fallback"):
    """The first rung that answers, each tried once the one above it has failed.

    Its value is a dict: ``rung``, the name of the one that answered, ``value``, and ``instead_of``, those above it. One
    that was skipped has not answered.
    """

    rungs: "tuple[Node, ...]"
    steps_down_on: tuple[ErrorKind, ...] | None = None
    """The faults after which the next rung is tried. None: all but a cancellation, an effect that stays in doubt, and
    the run's own budget used up."""
    is_partial_below: bool = True
    """Whether what another than the first rung gives is partial."""
    timeout_seconds: float | None = None


class Vote(Spending, frozen=True, omit_defaults=True, tag="vote"):
    """The same question to several nodes at once. All are waited for; one that fails or is skipped has no vote.

    Answers are the same if their JSON is, or that of ``key``, an expression that sees the answer as ``result``. If none
    has votes enough, the ``judge`` decides, who sees the answers by voter as ``votes``; without one the vote fails. Its
    value is a dict: ``value``, ``by``, ``votes``, and the names of those who ``agreed`` and of those in ``dissent``.
    """

    voters: "tuple[Node, ...]"
    by: VoteBy = VoteBy.MAJORITY
    quorum: int | None = None
    judge: "Node | None" = None
    key: str | None = None
    at_once_max: int = AT_ONCE_MAX
    voter_timeout_seconds: float | None = None
    timeout_seconds: float | None = None


class Block(Spending, frozen=True, omit_defaults=True, tag="block"):
    """``do``, with a commit point at its end: the variables set inside are seen outside together, once it succeeds.

    If it fails, nothing of them is; nor if another has written one of them meanwhile: then the block fails.
    """

    do: "Node"
    timeout_seconds: float | None = None
    snapshot: bool = False
    """Everything inside sees what runs share as it was when the node was entered."""


class SagaStep(msgspec.Struct, frozen=True, omit_defaults=True):
    """A step of a saga, and what takes it back.

    The input of ``undo`` sees what the step saw, its value as ``result`` and its own input as ``given``. Left out, it
    is the tool that the step's tool or function declares as its ``undo``, called with what that takes of both.
    """

    do: "Node"
    undo: ToolNode | FunctionNode | None = None
    is_irreversible: bool = False
    """Nothing takes it back, and it may stand where the saga is undone: the saga's end says so."""


class Saga(Spending, frozen=True, omit_defaults=True, tag="saga"):
    """One step after the other, all of them or none. Its value is the last step's.

    If one does not succeed as a whole, or the saga is cut off, what was done is undone in reverse order, whatever else
    becomes of the run; what cannot be undone is put to a person.
    """

    steps: tuple[SagaStep, ...]
    timeout_seconds: float | None = None
    """After it the step under way is ended; undoing takes as long as it takes."""
    answer_seconds_max: float | None = None
    """How long a person has to say what becomes of what could not be undone; then it stands. None: for good."""


class GraphStep(msgspec.Struct, frozen=True, omit_defaults=True):
    """A step of a graph, and the names of those that must have succeeded before it begins."""

    do: "Node"
    after: tuple[str, ...] = ()
    expect: str | None = None
    """An expression over its ``result``, and over what it sees itself, evaluated once it has succeeded. If it does not
    hold, the step counts as failed."""


class Graph(Spending, frozen=True, omit_defaults=True, tag="graph"):
    """Each step as soon as those it comes ``after`` have succeeded, and not before; the others beside it.

    A step's expressions see by name the values of those that it comes after, directly or not. The first failure ends
    the graph. Its value has a field for each step.
    """

    steps: tuple[GraphStep, ...]
    at_once_max: int = AT_ONCE_MAX
    timeout_seconds: float | None = None


class Handoff(Spending, frozen=True, omit_defaults=True, tag="handoff"):
    """The members take turns, the first one first; by contract the one whose turn it is hands over to another.

    A member sees what it was handed as ``handed``, and of what is outside nothing else: not the run's input, no earlier
    step, no variable. Once it has ended, the contracts it is the giver of are asked in order; the first that holds has
    the taker begin; if none does, what the member gave is the whole's. Its value is a dict: ``by``, the member's name,
    ``value``, and ``passed``, a dict of ``giver``, ``taker`` and ``contract`` for each handing over.
    """

    members: "tuple[Node, ...]"
    contracts: tuple[Contract, ...]
    handovers_max: int
    """A member that would hand over once more has the handoff fail."""
    input: str | None = None
    """What the first member is handed; if there is no expression, what an agent in this place would get."""
    turn_timeout_seconds: float | None = None
    timeout_seconds: float | None = None


Composite = Sequence | Parallel | Branch | Map | Loop | Fallback | Vote | Block | Saga | Graph | Handoff
Node = Leaf | Composite

_encoder = msgspec.json.Encoder(order="deterministic")
_decoder: msgspec.json.Decoder[Node] = msgspec.json.Decoder(Node)


def children(node: Node) -> tuple[Node, ...]:
    """Return the nodes directly below ``node``, in the order they are written."""
    match node:
        case Sequence(steps=below) | Parallel(branches=below) | Fallback(rungs=below) | Handoff(members=below):
            return below
        case Vote(voters=voters, judge=judge):
            return voters if judge is None else (*voters, judge)
        case Branch(cases=cases, otherwise=otherwise):
            return tuple(case.then for case in cases) + ((otherwise,) if otherwise is not None else ())
        case Map(do=body) | Loop(do=body) | Block(do=body):
            return (body,)
        case Saga(steps=steps) | Graph(steps=steps):
            return tuple(step.do for step in steps)
        case _:
            return ()


def told_apart(node: Node) -> tuple[str, ...]:
    """Return the names of the nodes below ``node`` that its value tells apart, in order; none for other kinds."""
    match node:
        case Parallel(branches=below) | Fallback(rungs=below) | Vote(voters=below) | Handoff(members=below):
            return tuple(child.name for child in below)
        case Graph(steps=steps):
            return tuple(step.do.name for step in steps)
        case _:
            return ()


def pins(node: Node) -> bool:
    """Whether everything inside ``node`` sees what runs share as it was when the node was entered."""
    return isinstance(node, Parallel | Map | Block) and node.snapshot


def kind(node: Node) -> str:
    """Return the word for this kind of node, as events carry it."""
    return str(node.__struct_config__.tag)


def content_hash(flow: Node) -> str:
    """Return the digest of the flow as data: the same flow has the same hash everywhere."""
    return digest(_encoder.encode(flow))


def to_json(flow: Node) -> bytes:
    """Return the flow as JSON, readable again by ``from_json``."""
    return _encoder.encode(flow)


def from_json(text: bytes | str) -> Node:
    """Return the flow in ``text``. Raises msgspec.ValidationError for what is not a flow."""
    return _decoder.decode(text)
