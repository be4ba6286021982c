"""A run at work, summed up: what is under way, how far the maps are, what it has consumed so far. Pure.

However many nodes a run has, no more rows come of it than were asked for; what is left out is counted.
"""

import msgspec

from holdfast.journal.fold.agent_state import Phase
from holdfast.journal.fold.state import NodeState, RunState
from holdfast.kernel.outcomes import Outcome
from holdfast.observability.usage import figures
from holdfast.orchestration.draw.standing import items_done
from holdfast.surfaces.cli.showing.wording import consumed, counted, duration

LEAVES = frozenset({"agent", "tool", "function", "wait", "decision", "publish", "event"})
CALLS_NAMED_MAX = 3


class Summary(msgspec.Struct, frozen=True):
    """A run at work, in words: one line on the run, one on its nodes, and a row for each thing under way."""

    run: str
    nodes: str
    rows: tuple[tuple[str, str], ...]
    """What is under way and what it does, those that began first on top."""
    left_out: int
    """How many more are under way."""


def summary(state: RunState, now: float, *, rows_max: int) -> Summary:
    """Return how ``state`` stands at ``now``, in at most ``rows_max`` rows."""
    running = [node for node in state.nodes.values() if node.outcome is None and (node.kind in LEAVES or node.keys)]
    running.sort(key=lambda node: (node.kind in LEAVES, node.entered_at, node.path))
    shown = running if len(running) <= rows_max else running[: max(0, rows_max - 1)]
    elapsed = duration(max(0.0, now - state.started_at))
    return Summary(
        run=f"{elapsed} · {consumed(figures(state.spend))}",
        nodes=nodes_line(state),
        rows=tuple((relative(node.path, state.app), activity(node, state, now)) for node in shown),
        left_out=len(running) - len(shown),
    )


def nodes_line(state: RunState) -> str:
    """Return how many of the nodes that do something are running, done and failed."""
    leaves = [node for node in state.nodes.values() if node.kind in LEAVES]
    running = sum(node.outcome is None for node in leaves)
    done = sum(node.outcome in (Outcome.SUCCEEDED, Outcome.PARTIAL) for node in leaves)
    pieces = [f"{running} running", f"{done} done"]
    if failed := len(leaves) - running - done:
        pieces.append(f"{failed} without success")
    if state.cancel_reason is not None:
        pieces.append(f"cancelling: {state.cancel_reason}")
    return " · ".join(pieces)


def activity(node: NodeState, state: RunState, now: float) -> str:
    """Return what a node is doing."""
    took = duration(max(0.0, now - node.entered_at))
    if node.keys:
        return f"{items_done(state, node)}/{len(node.keys)} done · {took}"
    return f"{_doing(node, now)} · {took}"


def relative(path: str, app: str) -> str:
    """Return a path without the app's name in front, which every path has."""
    return path.removeprefix(f"{app}/").removeprefix(app) or path


def _doing(node: NodeState, now: float) -> str:
    agent = node.agent
    if node.question is not None:
        return "waits for a person"
    if node.wakes_at is not None:
        return f"goes on in {duration(max(0.0, node.wakes_at - now))}"
    if agent is None:
        return "in doubt" if node.step.in_doubt else node.kind
    if agent.turn == 0:
        return "begins"
    match agent.phase:
        case Phase.CALLING:
            doing = "asks the model"
        case Phase.FAILED if agent.retry_at is not None:
            doing = f"tries the model again in {duration(max(0.0, agent.retry_at - now))}"
        case Phase.REPLIED if agent.calls:
            doing = _calls([call.request.tool for call in agent.calls if call.step.outcome is None])
        case _:
            doing = "goes on"
    return f"turn {agent.turn} · {doing}"


def _calls(tools: list[str]) -> str:
    named = ", ".join(tools[:CALLS_NAMED_MAX])
    return (
        named if len(tools) <= CALLS_NAMED_MAX else f"{named} and {counted(len(tools) - CALLS_NAMED_MAX, 'call')} more"
    )
