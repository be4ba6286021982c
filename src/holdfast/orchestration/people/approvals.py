"""Whether a decision of a call that waits for a yes can be made, and as what the run hears it. Pure."""

from collections.abc import Sequence

import msgspec

from holdfast.governance.approvals import bound, is_granted, objection
from holdfast.integration.tools.arguments import Malformed, canonical_arguments
from holdfast.journal.events import ApprovalDecided
from holdfast.journal.events.approvals import Ruling
from holdfast.journal.fold.approval_state import ApprovalState, Decided
from holdfast.journal.fold.approvals import decided
from holdfast.journal.fold.sagas import is_undoing
from holdfast.journal.fold.state import RunState
from holdfast.journal.fold.steps import step_at
from holdfast.journal.mail import Decide, decision_letter, decode_mail
from holdfast.journal.port import Delivered
from holdfast.kernel import paths
from holdfast.kernel.errors import AlreadySettled, InputError
from holdfast.kernel.ids import LetterId, digest

DIGEST_CHARACTERS_LEAST = 8
"""As much of a digest tells apart what a person is shown."""


class Wish(msgspec.Struct, frozen=True):
    """What somebody wants to decide."""

    path: str
    ruling: Ruling
    by: str
    digest: str
    """What they were shown, or the beginning of it; a rejection needs none."""
    of: str
    roles: tuple[str, ...]
    note: str
    arguments: object = None
    """As JSON data, in place of the caller's."""


def open_approvals(state: RunState) -> tuple[str, ...]:
    """Return the calls of ``state`` that wait for a yes, in the order of asking.

    Once the run is to end, only those that undo what a saga has done.
    """
    if state.is_over:
        return ()
    if state.cancel_reason is None:
        return state.approvals
    return tuple(path for path in state.approvals if is_undoing(state, paths.effect(path)[0]))


def decision_of(state: RunState, letters: Sequence[Delivered], wish: Wish, now: float) -> tuple[Decide, LetterId]:
    """Return the letter that decides what ``wish`` says, and the one id that is left for it.

    Decisions that lie in the inbox count, although the run has not heard them yet. Raises AlreadySettled if it is
    decided, has changed or comes too late, InputError for who may not decide or arguments that are none.
    """
    said = [mail for mail in map(_read, letters) if mail is not None]
    path, approval = _asked_at(state, wish.path, said)
    posted = [mail for mail in said if mail.number == approval.number]
    approval = _with_posted(state, path, approval, letters)
    for place, mail in enumerate(posted):
        if _says(mail, wish) and _decision(mail) in approval.decisions:
            return mail, decision_letter(mail.number, place)  # it stands already: twice is once
    if approval.is_settled:
        raise AlreadySettled(f"expected {path} to wait for a yes, found that {_told(approval)}")
    if approval.deadline is not None and approval.deadline <= now:
        raise AlreadySettled(f"expected a decision before the deadline of {path}, found that it has passed")
    _check_shown(path, approval, wish)
    mail = Decide(
        path=path,
        number=approval.number,
        ruling=wish.ruling,
        by=wish.by.strip(),
        digest=approval.digest,
        at=now,
        of=wish.of,
        roles=wish.roles,
        note=wish.note,
        arguments=_encoded(wish),
    )
    if (why := _objection(state, path, approval, _decision(mail))) is not None:
        raise InputError(f"{path}: {why}")
    return mail, decision_letter(approval.number, len(posted))


def heard(state: RunState, mail: Decide) -> ApprovalDecided | None:
    """Return the event that ``mail`` makes; None if it counts for nothing: who may not, for what is no more, too late.

    Where the arguments are kept that it gives in place of the caller's is left to be said.
    """
    found = _numbered(state, mail.number)
    return None if found is None else _heard(state, *found, mail)


def requesters(state: RunState) -> tuple[str, ...]:
    """Return who asks and so may not decide: the app and its agents."""
    return (state.app, *state.models)


def told_decided(path: str, body: bytes) -> str:
    """Return who decided of the call at ``path`` before, from the letter in ``body``."""
    mail = decode_mail(body)
    who = _first(mail) if isinstance(mail, Decide) else "somebody was first"
    return f"expected to decide of {path} alone, found that {who}: look at it again"


def _heard(state: RunState, path: str, approval: ApprovalState, mail: Decide) -> ApprovalDecided | None:
    node, turn, call = paths.effect(path)
    decision = _decision(mail)
    is_late = approval.deadline is not None and approval.deadline <= mail.at
    if is_late or mail.digest != approval.digest:
        return None
    if _objection(state, path, approval, decision) is not None:
        return None
    edited = _edited_digest(approval, mail)
    if edited is None:
        return None
    is_edit = mail.ruling is Ruling.EDIT
    standing = (decision,) if is_edit else (*approval.decisions, decision)
    return ApprovalDecided(
        node=node,
        turn=turn,
        call=call,
        number=approval.number,
        ruling=mail.ruling,
        by=mail.by,
        digest=edited,
        of=mail.of,
        roles=mail.roles,
        note=mail.note,
        settles=mail.ruling is Ruling.REJECT or is_granted(approval.needs, standing),
        decided_at=mail.at,
    )


def _objection(state: RunState, path: str, approval: ApprovalState, decision: Decided) -> str | None:
    """Return why ``decision`` may not be made of the call at ``path``: other arguments would be another effect."""
    step = step_at(state, path)
    if decision.ruling is Ruling.EDIT and step is not None and step.is_unknown:
        return "it may have been made already with the arguments that it has: approve it as it is, or reject it"
    return objection(approval, decision, state.user, requesters(state))


def _edited_digest(approval: ApprovalState, mail: Decide) -> str | None:
    """Return what the decision is bound to; None if it gives arguments that are none."""
    if mail.ruling is not Ruling.EDIT:
        return approval.digest
    canonical = canonical_arguments((mail.arguments or b"null").decode(errors="replace"))
    return None if isinstance(canonical, Malformed) else bound(approval.definition, digest(canonical))


def _asked_at(state: RunState, path: str, said: Sequence[Decide]) -> tuple[str, ApprovalState]:
    """Return what waits for a yes at ``path``, a run's only call that does if that is empty; ``said`` tells why not."""
    asking = open_approvals(state)
    if not path and len(asking) == 1:
        path = asking[0]
    step = step_at(state, path)
    listed = f"what waits is {', '.join(asking)}" if asking else "nothing of this run waits for a yes"
    if step is not None and step.approval is not None:
        if path in asking:
            return path, step.approval
        raise AlreadySettled(f"expected {path} to wait for a yes, found that {_told(step.approval)}: {listed}")
    for mail in reversed(said):
        if mail.path == path:
            raise AlreadySettled(f"expected {path} to wait for a yes, found that {_first(mail)}: {listed}")
    raise InputError(f"expected the path of a call that waits for a yes, found {path or 'none'!r}: {listed}")


def _numbered(state: RunState, number: int) -> tuple[str, ApprovalState] | None:
    for path in open_approvals(state):
        step = step_at(state, path)
        if step is not None and step.approval is not None and step.approval.number == number:
            return path, step.approval
    return None


def _with_posted(state: RunState, path: str, approval: ApprovalState, letters: Sequence[Delivered]) -> ApprovalState:
    """Return the approval as it will stand once the run has read its inbox."""
    for letter in letters:
        mail = _read(letter) if letter.position > state.inbox_read else None
        if isinstance(mail, Decide) and mail.number == approval.number and not approval.is_settled:
            event = _heard(state, path, approval, mail)
            approval = approval if event is None else decided(approval, event, mail.at)
    return approval


def _check_shown(path: str, approval: ApprovalState, wish: Wish) -> None:
    """Raise unless it is decided of the call as it stands: a yes to other arguments would be a yes to these."""
    if wish.ruling is Ruling.REJECT and not wish.digest:
        return
    if len(wish.digest) < DIGEST_CHARACTERS_LEAST:
        raise InputError(
            f"expected the digest of what is decided of at {path}, at least {DIGEST_CHARACTERS_LEAST} characters of "
            f"it, found {wish.digest!r}: 'holdfast inbox' shows it"
        )
    if not approval.digest.startswith(wish.digest):
        raise AlreadySettled(
            f"expected {path} to be as it was shown ({wish.digest}), found {approval.digest}: look at it again"
        )


def _first(mail: Decide) -> str:
    return f"{mail.by} was first, to {mail.ruling} it"


def _says(mail: Decide, wish: Wish) -> bool:
    same = (mail.by, mail.ruling, mail.of, mail.note) == (wish.by.strip(), wish.ruling, wish.of, wish.note)
    return same and mail.digest.startswith(wish.digest) and mail.arguments == _encoded(wish)


def _told(approval: ApprovalState) -> str:
    if not approval.is_settled:
        return "nobody is asked any more: its branch has ended, or the run was cancelled"
    if (no := approval.rejection) is not None:
        return f"{no.by} has rejected it already"
    return f"{' and '.join(each.by for each in approval.decisions)} had it approved already"


def _decision(mail: Decide) -> Decided:
    return Decided(mail.by, mail.ruling, mail.of, mail.roles, mail.note, mail.at)


def _encoded(wish: Wish) -> bytes | None:
    if wish.ruling is not Ruling.EDIT:
        return None
    try:
        text = msgspec.json.encode(wish.arguments).decode()
    except (TypeError, ValueError) as error:
        raise InputError(f"expected the arguments as JSON data, found {wish.arguments!r:.80}: {error}") from error
    canonical = canonical_arguments(text)
    if isinstance(canonical, Malformed):
        raise InputError(f"expected the arguments as one JSON object, found that {canonical.reason}")
    return canonical


def _read(letter: Delivered) -> Decide | None:
    mail = decode_mail(letter.body)
    return mail if isinstance(mail, Decide) else None
