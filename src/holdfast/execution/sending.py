"""What is recorded of calls that were not heard: one that was never sent, the other of two that were."""

from holdfast.execution.actions import CallModel
from holdfast.journal.events import ModelInterrupted, ModelOutrun
from holdfast.journal.fold.agent_state import AgentState
from holdfast.journal.recorder import Recorder
from holdfast.kernel.ways import Way


class Sending:
    """Whether a call whose intent is recorded was sent: until then it has cost nothing."""

    __slots__ = ("_action", "_is_sent", "_recorder")

    def __init__(self, recorder: Recorder, action: CallModel) -> None:
        self._recorder, self._action = recorder, action
        self._is_sent = False

    def sent(self) -> None:
        """Say that it is sent now."""
        self._is_sent = True

    def cut_off(self) -> None:
        """Say that it is cancelled: a call that waited for its turn is charged nothing. Of any other nobody knows."""
        if not self._is_sent:
            action = self._action
            self._recorder.append(
                ModelInterrupted(node=action.path, turn=action.turn, attempt=action.attempt, is_charged=False)
            )


def outrun(action: CallModel, state: AgentState, way: Way | None) -> tuple[ModelOutrun, ...]:
    """Return what is to be recorded of the other of two calls, where it may be billed though nobody has heard it."""
    if way is None or (hedge := way.hedge) is None or not hedge.is_charged:
        return ()
    event = ModelOutrun(
        node=action.path,
        turn=action.turn,
        attempt=action.attempt,
        account=hedge.account,
        place=hedge.place,
        after_seconds=round(way.waited_seconds + (0.0 if hedge.is_first else hedge.after_seconds), 6),
        seconds=hedge.seconds,
        cost_usd=state.reserved_usd_for_one,
    )
    return (event,)
