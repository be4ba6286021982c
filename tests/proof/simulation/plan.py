"""What is simulated: flows drawn from a seed, their runs, and the faults that befall them. A plan is data."""

import random
from collections.abc import Iterator

import msgspec

from holdfast.kernel.outcomes import Outcome
from holdfast.kernel.retry import Retry
from holdfast.orchestration.flow.nodes import (
    AgentNode,
    Branch,
    Case,
    ChildNode,
    FunctionNode,
    Join,
    Map,
    Node,
    Parallel,
    Saga,
    SagaStep,
    Sequence,
    children,
)
from holdfast.testing.simulator.faults import Fault, drawn

DEPTH = 3
FAULTS_MAX = 9
RUNS_MAX = 3
PROCESSES = 2
FAULTS_WITHIN_SECONDS = 90.0
FUNCTIONS = ("look", "pay", "pay", "send")
AGENT = "desk"
RETRIED_SHARE = 0.4
KID = "kid_"
"""What the names of the apps begin with that child runs are of; the tool's name follows."""
CHILDREN_SHARE = 0.35
"""How many of the plans may have child runs in them."""
SAGAS_SHARE = 0.5
"""How many of the sequences of plain steps are sagas."""
DEADLINE_SECONDS = 400.0
"""How long a flow has that was given a time at all: more than its steps and the faults should need."""


class Plan(msgspec.Struct, frozen=True):
    """One simulation: the same plan goes the same way each time."""

    seed: int
    flow: Node
    starts: tuple[float, ...]
    """When each run is asked for."""
    faults: tuple[Fault, ...]
    processes: int = PROCESSES


def plan(seed: int) -> Plan:
    """Draw everything from ``seed``."""
    randomness = random.Random(seed)
    flow = _node(randomness, "root", "root", DEPTH)
    if randomness.random() < 0.3 and not isinstance(flow, AgentNode):
        flow = msgspec.structs.replace(flow, timeout_seconds=DEADLINE_SECONDS)
    flow = with_children(flow, random.Random(f"children of {seed}"))
    flow = with_sagas(flow, "root", random.Random(f"sagas of {seed}"))
    starts = tuple(round(randomness.uniform(0, 20), 3) for _ in range(randomness.randint(1, RUNS_MAX)))
    faults = drawn(
        randomness,
        randomness.randint(0, FAULTS_MAX),
        within_seconds=FAULTS_WITHIN_SECONDS,
        processes=PROCESSES,
        runs=len(starts),
    )
    return Plan(seed, flow, starts, tuple(faults))


def with_children(flow: Node, randomness: random.Random) -> Node:
    """Return ``flow``; in one plan of three each of its steps is, with even odds, a child run instead."""
    if randomness.random() > CHILDREN_SHARE:
        return flow
    return _parted(flow, randomness)


def _parted(node: Node, randomness: random.Random) -> Node:
    match node:
        case FunctionNode() if randomness.random() < 0.5:
            return ChildNode(node.name, KID + node.function, input=node.input)
        case Sequence(steps=steps):
            return msgspec.structs.replace(node, steps=tuple(_parted(each, randomness) for each in steps))
        case Parallel(branches=branches):
            return msgspec.structs.replace(node, branches=tuple(_parted(each, randomness) for each in branches))
        case Branch(cases=(case,), otherwise=otherwise):
            other = None if otherwise is None else _parted(otherwise, randomness)
            return msgspec.structs.replace(
                node, cases=(Case(case.when, _parted(case.then, randomness)),), otherwise=other
            )
        case Map(do=body):
            return msgspec.structs.replace(node, do=_parted(body, randomness))
        case _:
            return node


def with_sagas(node: Node, path: str, randomness: random.Random) -> Node:
    """Return ``node`` in which many a sequence of plain steps is a saga instead."""
    match node:
        case Sequence(steps=steps):
            if all(isinstance(each, FunctionNode) for each in steps) and randomness.random() < SAGAS_SHARE:
                return Saga(node.name, tuple(SagaStep(each, _back(each, path)) for each in steps))
            below = tuple(with_sagas(each, f"{path}/{each.name}", randomness) for each in steps)
            return msgspec.structs.replace(node, steps=below)
        case Parallel(branches=branches):
            below = tuple(with_sagas(each, f"{path}/{each.name}", randomness) for each in branches)
            return msgspec.structs.replace(node, branches=below)
        case _:
            return node


def _back(step: Node, path: str) -> FunctionNode:
    given = f"{{'name': '{path}/undo[{step.name}]', 'run': input, 'seconds': 2}}"
    return FunctionNode("back", "pay", input=given)


def _node(randomness: random.Random, name: str, path: str, depth: int) -> Node:
    kinds = (
        ("sequence", "parallel", "branch", "map", "agent", "leaf", "leaf") if depth > 1 else ("leaf", "agent", "leaf")
    )
    match randomness.choice(kinds):
        case "sequence":
            return Sequence(name, tuple(_below(randomness, path, "s", depth)))
        case "parallel":
            branches = tuple(_below(randomness, path, "p", depth))
            join = randomness.choice(tuple(Join))
            quorum = randomness.randint(1, len(branches)) if join is Join.QUORUM else None
            return Parallel(name, branches, join, quorum, at_once_max=randomness.randint(1, 3))
        case "branch":
            then, otherwise = (_node(randomness, each, f"{path}/{each}", depth - 1) for each in ("then", "other"))
            return Branch(name, (Case(randomness.choice(("True", "False")), then),), otherwise)
        case "map":
            items = ", ".join(f"'{item}'" for item in "abcd"[: randomness.randint(0, 4)])
            each = _leaf(randomness, "each", f"'{path}[' + item + ']'")
            return Map(name, f"[{items}]", each, key="item", at_once_max=randomness.randint(1, 3))
        case "agent":
            return AgentNode(name, AGENT, input="input", retry=_retry(randomness))
        case _:
            return _leaf(randomness, name, f"'{path}'")


def _below(randomness: random.Random, path: str, letter: str, depth: int) -> Iterator[Node]:
    for place in range(randomness.randint(1, 3)):
        name = f"{letter}{place}"
        yield _node(randomness, name, f"{path}/{name}", depth - 1)


def _leaf(randomness: random.Random, name: str, path: str) -> FunctionNode:
    """Return a step that acts under the name of its own path, slowly."""
    goes = randomness.choice(("well", "well", "well", "badly"))
    seconds = randomness.choice((0, 0, 1, 5, 20))
    given = f"{{'name': {path}, 'run': input, 'goes': '{goes}', 'seconds': {seconds}}}"
    return FunctionNode(name, randomness.choice(FUNCTIONS), input=given, retry=_retry(randomness))


def _retry(randomness: random.Random) -> Retry | None:
    return Retry(attempts_max=2, seconds_first=10.0) if randomness.random() < RETRIED_SHARE else None


def forecast(node: Node) -> Outcome:
    """Say how ``node`` ends if no fault changes it, by counting what its children come to."""
    match node:
        case FunctionNode(input=given) | ChildNode(input=given):
            return Outcome.FAILED if "'badly'" in (given or "") else Outcome.SUCCEEDED
        case Branch(cases=cases, otherwise=otherwise):
            taken = cases[0].then if cases[0].when == "True" else otherwise
            return Outcome.SKIPPED if taken is None else forecast(taken)
        case Map(over=over, do=body):
            return forecast(body) if over != "[]" else Outcome.SUCCEEDED
        case Sequence() | Saga():
            return _joined(node, Join.ALL, None)
        case Parallel(join=join, quorum=quorum):
            return _joined(node, join, quorum)
        case _:
            return Outcome.SUCCEEDED


def _joined(node: Node, join: Join, quorum: int | None) -> Outcome:
    ends = [forecast(child) for child in children(node)]
    good = [end for end in ends if end.is_success]
    needed = {Join.ALL: len(ends), Join.QUORUM: quorum or 0, Join.BEST_EFFORT: 1}[join]
    if len(good) < needed:
        return Outcome.FAILED
    is_flawed = len(good) < len(ends) or Outcome.PARTIAL in ends
    return Outcome.PARTIAL if is_flawed and join is not Join.QUORUM else Outcome.SUCCEEDED


def cuts_off(node: Node) -> bool:
    """Whether a branch that fails, or a quorum, may end steps that are under way."""
    match node:
        case FunctionNode(input=given) | ChildNode(input=given):
            return "'badly'" in (given or "")
        case Parallel(join=Join.QUORUM):
            return True
        case _:
            return any(cuts_off(child) for child in children(node))
