"""What is done about an agent that goes in circles: it is told, and at last stopped. Pure."""

from holdfast.execution.actions import Note
from holdfast.execution.agent import Agent
from holdfast.governance.loops import Found, find_circles
from holdfast.integration.tools.visible import one_line
from holdfast.journal.events import Event, LoopSuspected, NodeLeft
from holdfast.journal.events.circles import Circle
from holdfast.journal.fold.agent_state import AgentState
from holdfast.journal.fold.circles import trail_with
from holdfast.journal.fold.state import NodeState
from holdfast.kernel.outcomes import ErrorKind, Fault, Outcome

TOOLS_CHARACTERS_MAX = 200
WENT_ROUND = {
    Circle.SAME_CALL: "{tools} gave the same result to the same call {count} times",
    Circle.SIMILAR_CALLS: "{count} calls of {tools} in a row failed that hardly differ",
    Circle.CYCLE: "the calls {tools} took turns {count} times with the same results",
    Circle.NOTHING_NEW: "the last {count} calls, of {tools} and others, gave only what had been seen before",
    Circle.CONTRADICTION: "{tools} gave results that took turns {count} times, though nothing was changed between",
    Circle.DRIFT: "{count} of the last calls, of {tools}, had nothing to do with the task",
}
WHAT_TO_DO = (
    "'holdfast show RUN' tells the calls; mend the prompt or the tool and requeue the run, which goes on where it "
    "stopped, or give the agent other thresholds (loops=...)"
)


def circled(agent: Agent, node: NodeState, state: AgentState) -> tuple[Note, ...]:
    """Return what is to be recorded of circles that the calls of this turn have made larger; often nothing."""
    if agent.loops is None or not state.calls:
        return ()
    marks = trail_with(state, ())
    fresh = min(len(marks), len(state.calls)) if state.turn > state.trail.after else 0
    found = find_circles(marks, fresh, agent.loops)
    if not found:
        return ()
    events: list[Event] = [
        _suspected(node.path, state, each) for each in found if each.is_news_to(state.trail.suspected)
    ]
    final = next((each for each in found if each.is_final), None)
    if final is not None:
        events.append(NodeLeft(node=node.path, outcome=Outcome.FAILED, fault=_fault(final)))
    return (Note(tuple(events)),) if events else ()


def _suspected(path: str, state: AgentState, found: Found) -> LoopSuspected:
    return LoopSuspected(
        node=path,
        turn=state.turn,
        circle=found.circle,
        count=found.count,
        threshold=found.threshold,
        tools=found.tools,
        key=found.key,
        is_final=found.is_final,
    )


def _fault(found: Found) -> Fault:
    tools = one_line(", ".join(found.tools), TOOLS_CHARACTERS_MAX)
    told = WENT_ROUND[found.circle].format(tools=tools, count=found.count)
    return Fault(
        ErrorKind.LOOP, f"it went in circles: {told} (it is stopped from {found.threshold} on)", hint=WHAT_TO_DO
    )
