"""What happens to approvals, as lines of words. Pure."""

from holdfast.governance.approvals import BY_DEADLINE, told
from holdfast.journal.events import ApprovalAsked, ApprovalDecided
from holdfast.journal.events.approvals import Ruling
from holdfast.surfaces.cli.showing.wording import instant

OfApproval = ApprovalAsked | ApprovalDecided
RULED = {Ruling.APPROVE: "says yes", Ruling.EDIT: "says yes with other arguments", Ruling.REJECT: "says no"}


def approval_line(event: OfApproval) -> str:
    """Return what happened, in one line."""
    at = f"{event.node}  turn {event.turn}, call {event.call}: " if event.turn else f"{event.node}  "
    match event:
        case ApprovalAsked():
            until = "" if event.deadline is None else f", until {instant(event.deadline)}"
            return f"{at}{event.tool} waits for a yes: {' and '.join(map(told, event.needs))}{until}"
        case ApprovalDecided() if event.by == BY_DEADLINE:
            return f"{at}nobody has said yes in time"
        case ApprovalDecided():
            note = f" ({event.note})" if event.note else ""
            rest = "" if event.settles else ", others are still to say so"
            return f"{at}{event.by}, {event.of}, {RULED[event.ruling]}{rest}{note}"
