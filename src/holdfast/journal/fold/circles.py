"""How the trail of an agent's calls evolves: longer turn by turn, anew when something has come from outside."""

from collections.abc import Collection

from msgspec.structs import replace

from holdfast.journal.events import LoopSuspected
from holdfast.journal.fold.agent_state import AgentState
from holdfast.journal.fold.trail import SUSPICIONS_MAX, TRAIL_MAX, Mark, Suspicion, Trail
from holdfast.kernel.outcomes import Outcome


def marks_of(agent: AgentState, adrift: Collection[int] = ()) -> tuple[Mark, ...]:
    """Return the calls of the present turn that have ended, in their order; none before the trail was begun anew."""
    if agent.turn <= agent.trail.after:
        return ()
    return tuple(
        [
            Mark(
                call.request.tool,
                call.request.arguments,
                call.step.gave or call.step.shown or "",  # without a digest it is like no other
                call.step.outcome is not Outcome.SUCCEEDED,
                call.step.sketch,
                agent.turn,
                call.step.effect.needs_intent,
                place in adrift,
            )
            for place, call in enumerate(agent.calls, 1)
            if call.step.outcome is not None
        ]
    )


def trail_with(agent: AgentState, adrift: Collection[int]) -> tuple[Mark, ...]:
    """Return the newest calls, those of the present turn that have ended among them."""
    known, fresh = agent.trail.marks, marks_of(agent, adrift)
    return (known + fresh)[-TRAIL_MAX:] if fresh else known


def moved_on(agent: AgentState, adrift: Collection[int]) -> Trail:
    """Return the trail with the calls of the turn that is over."""
    if not agent.calls:
        return agent.trail
    return replace(agent.trail, marks=trail_with(agent, adrift))


def begun_anew(agent: AgentState, after: int) -> Trail:
    """Return an empty trail for the calls of turns later than ``after``: what came from outside may change them."""
    return Trail(after=max(agent.trail.after, after))


def suspected(trail: Trail, event: LoopSuspected) -> Trail:
    """Return the trail with what was found on it."""
    found = Suspicion(event.circle, event.key, event.count, event.turn, event.tools)
    others = (each for each in trail.suspected if (each.circle, each.key) != (found.circle, found.key))
    return replace(trail, suspected=(*others, found)[-SUSPICIONS_MAX:])
