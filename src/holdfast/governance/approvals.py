"""Who may decide of a call that waits for a yes, and when it has been given: rules over values. Pure."""

import unicodedata
from collections.abc import Iterable, Sequence

from holdfast.governance.verdict import Asking
from holdfast.journal.events.approvals import Need, Ruling
from holdfast.journal.fold.approval_state import ApprovalState, Decided
from holdfast.kernel.ids import digest

OPERATOR, USER = "operator", "user"
BY_DEADLINE = "deadline"
"""Who has decided where nobody did in time."""


def bound(definition: str, arguments: str) -> str:
    """Return what a yes is bound to: one tool as it is defined, called with the arguments of that digest."""
    return digest(definition.encode(), arguments.encode())


def needs_of(asking: Iterable[Asking]) -> tuple[Need, ...]:
    """Return whose yes is needed. Of end users there is one, so that no more of them can be asked."""
    return tuple(
        Need(each.of, tuple(sorted(each.roles)), 1 if each.of == USER else max(1, each.approvals)) for each in asking
    )


def deadline_of(asking: Iterable[Asking], now: float) -> tuple[float | None, bool]:
    """Return the first instant at which nobody is asked any more, and whether the node fails then."""
    limits = [
        (now + each.deadline_seconds, each.at_deadline == "abandon")
        for each in asking
        if each.deadline_seconds is not None
    ]
    return min(limits, default=(None, False))


def unsatisfiable(needs: Iterable[Need], user: str | None) -> str | None:
    """Return why nobody can ever say yes; None if somebody can."""
    for need in needs:
        if need.of not in (OPERATOR, USER):
            return f"expected an operator or a user to be asked, found {need.of!r}"
        if need.of == USER and not user:
            return "the run acts for no end user who could confirm it"
    return None


def is_granted(needs: Sequence[Need], decisions: Sequence[Decided]) -> bool:
    """Whether every need is satisfied, each by as many different people as it asks for, and nobody has said no."""
    if not needs or any(each.ruling is Ruling.REJECT for each in decisions):
        return False
    return all(len({plain(each.by) for each in decisions if _fits(need, each)}) >= need.approvals for need in needs)


def objection(approval: ApprovalState, decision: Decided, user: str | None, requesters: Iterable[str]) -> str | None:
    """Return why ``decision`` may not be made, None if it may.

    Nobody decides what they have asked for: not the agent, and not, as an operator, the end user for whom the run acts.
    """
    who = plain(decision.by)
    if not who or who == BY_DEADLINE:
        return f"expected the name of a person, found {decision.by!r}"
    if who in {plain(each) for each in requesters}:
        return f"expected somebody else than who asks, found {decision.by}"
    is_user = user is not None and who == plain(user)
    if decision.of == OPERATOR and is_user:
        return f"expected an operator who is not the end user, found {decision.by}, for whom the run acts"
    if decision.of == USER and not is_user:
        return f"expected the end user {user or '(the run acts for none)'} to confirm, found {decision.by}"
    if not any(_fits(need, decision) for need in approval.needs):
        needed = " and ".join(map(told, approval.needs))
        return f"expected {needed}, found {decision.by} as {decision.of}{_having(decision)}"
    if decision.ruling is Ruling.APPROVE and any(
        plain(each.by) == who and each.of == decision.of for each in approval.decisions
    ):
        return f"expected another person, found that {decision.by} has approved it already"
    return None


def told(need: Need) -> str:
    """Return whose yes is needed, in words."""
    if need.of == USER:
        return "the end user's confirmation"
    having = f" with the role {' or '.join(need.roles)}" if need.roles else ""
    return f"an operator{having}" if need.approvals == 1 else f"{need.approvals} different operators{having}"


def plain(name: str) -> str:
    """Return ``name`` as it counts: however it is written, it is one person."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def _fits(need: Need, decision: Decided) -> bool:
    return decision.of == need.of and (not need.roles or not set(need.roles).isdisjoint(decision.roles))


def _having(decision: Decided) -> str:
    return f" with the roles {', '.join(decision.roles)}" if decision.roles else " without a role"
