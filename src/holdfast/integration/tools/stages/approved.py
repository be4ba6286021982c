"""Whether the people whose yes is needed have given it, to this very call with these very arguments."""

from holdfast.governance import approvals
from holdfast.governance.approvals import bound, deadline_of, is_granted, needs_of, unsatisfiable
from holdfast.governance.verdict import Ask
from holdfast.integration.tools.faults import fault
from holdfast.integration.tools.grounds import grounds_of
from holdfast.integration.tools.invocation import End, Expired, Held, Invocation, Refused
from holdfast.integration.tools.lost import is_open
from holdfast.integration.tools.sanitising import named_arguments
from holdfast.integration.tools.threads import Threads
from holdfast.integration.tools.visible import one_line
from holdfast.journal.events.approvals import Ruling
from holdfast.journal.fold.approval_state import ApprovalState, Decided
from holdfast.kernel.clock import Clock
from holdfast.kernel.outcomes import ErrorKind
from holdfast.prompts.prompt import shipped

EDITED = shipped("integration/edited")
DO_WITHOUT = "do not make the same call again: go on without it, or say in your answer what could not be done"
NOTE_CHARACTERS_MAX = 2_000


class Approved:
    """Lets a call pass to which all have said yes who must. Until then it is held, and called again once they have.

    What was decided counts for one effect: for the tool as it is defined, the arguments as they were shown, and as long
    as it is the same effect that is sent again. A simulated call does nothing, so nobody is asked.
    """

    name = "approved"

    def __init__(self, clock: Clock, threads: Threads) -> None:
        self._clock, self._threads = clock, threads

    async def run(self, invocation: Invocation) -> End | None:
        approval, verdict = invocation.order.approval, invocation.verdict
        if invocation.simulation is not None or (approval is None and not isinstance(verdict, Ask)):
            return None
        if approval is not None and approval.rejection is not None:
            return _rejected(invocation, approval.rejection)
        if approval is not None and approval.arguments is not None:
            invocation.note = _edited(invocation, approval)
        if not isinstance(verdict, Ask):
            return None
        definition, needs = invocation.tool.content_hash, needs_of(verdict.asking)
        digest = bound(definition, invocation.digest)
        is_same = approval is not None and (approval.digest, approval.needs) == (digest, needs)
        if approval is not None and is_same and is_granted(needs, approval.decisions):
            return None
        if (why := unsatisfiable(needs, invocation.desk.recorder.state.user)) is not None:
            message = f"nobody can say yes to {invocation.tool.name}: {why}"
            return Expired(message) if is_open(invocation) else Refused(fault(ErrorKind.REJECTED, message))
        grounds = await grounds_of(invocation, verdict, self._clock, self._threads)
        deadline, abandons = deadline_of(verdict.asking, self._clock.now())
        return Held(definition, digest, needs, grounds, deadline, abandons)


def _rejected(invocation: Invocation, decision: Decided) -> End:
    """Refuse the call; of what may have been sent before somebody said no, that says nothing."""
    name = invocation.tool.name
    because = f": {decision.note}" if decision.note else ""
    message = f"{decision.by} has said no to {name}{because}"
    if decision.by == approvals.BY_DEADLINE:
        message = f"nobody has said yes to {name} in time"
    if is_open(invocation):
        return Expired(message)
    return Refused(fault(ErrorKind.REJECTED, message, hint=DO_WITHOUT))


def _edited(invocation: Invocation, approval: ApprovalState) -> str:
    """Return what the model is told of arguments that are not its own any more."""
    editor = next((each.by for each in approval.decisions if each.ruling is Ruling.EDIT), "somebody")
    arguments = one_line(named_arguments(invocation), NOTE_CHARACTERS_MAX)
    return EDITED.render({"by": editor, "arguments": arguments}).strip()
