"""What somebody says of a call in doubt, or chooses where a run asks, read from the command line."""

import msgspec

from holdfast.governance.approvals import OPERATOR
from holdfast.journal.events.approvals import Ruling
from holdfast.kernel.errors import InputError
from holdfast.kernel.outcomes import Settlement


class Word(msgspec.Struct, frozen=True):
    """What is said, of which step, by whom (None: whoever is at the keyboard)."""

    step: str
    how: Settlement
    result: object
    by: str | None
    note: str


class Choice(msgspec.Struct, frozen=True):
    """What is chosen, at which step, by whom (None: whoever is at the keyboard), and what is given beside it."""

    step: str
    choice: str
    value: object
    by: str | None
    note: str


class Ruled(msgspec.Struct, frozen=True, kw_only=True):
    """What is decided of a call that waits for a yes, by whom (None: whoever is at the keyboard), and as whom."""

    step: str
    ruling: Ruling
    arguments: object
    digest: str
    by: str | None
    of: str
    roles: tuple[str, ...]
    note: str


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """The options as they were given."""

    is_happened: bool = False
    result: str | None = None
    is_not: bool = False
    is_abandoned: bool = False
    choice: str | None = None
    value: str | None = None
    is_approved: bool = False
    edited: str | None = None
    rejected: str | None = None
    digest: str = ""
    of: str = OPERATOR
    roles: tuple[str, ...] = ()


def read_word(step: str | None, said: Said, by: str | None, note: str) -> Word | Choice | Ruled:
    """Return what the options say. Raises InputError unless they say one thing."""
    flags: dict[Settlement | Ruling, bool] = {
        Settlement.HAPPENED: said.is_happened,
        Settlement.DID_NOT: said.is_not,
        Settlement.ABANDONED: said.is_abandoned,
        Ruling.APPROVE: said.is_approved,
        Ruling.EDIT: said.edited is not None,
        Ruling.REJECT: said.rejected is not None,
    }
    chosen = [how for how, is_chosen in flags.items() if is_chosen]
    is_answer = said.choice is not None or said.value is not None
    if len(chosen) + is_answer != 1:
        told = f"{len(chosen) + is_answer}" if chosen else "none of them"
        raise InputError(
            "expected one of --choose, --approve, --edit, --reject, --happened, --did-not, --abandon, found " + told
        )
    if said.result is not None and not said.is_happened:
        raise InputError("expected --result with --happened only: what did not happen gave nothing")
    if is_answer:
        return Choice(step or "", said.choice or "", _read(said.value, "value"), by, note)
    match chosen[0]:
        case Ruling() as ruling:
            return _ruled(step or "", ruling, said, by, note)
        case how:
            return Word(step or "", how, _read(said.result, "result"), by, note)


def _ruled(step: str, ruling: Ruling, said: Said, by: str | None, note: str) -> Ruled:
    return Ruled(
        step=step,
        ruling=ruling,
        arguments=_read(said.edited, "arguments"),
        digest=said.digest,
        by=by,
        of=said.of,
        roles=said.roles,
        note=note or said.rejected or "",
    )


def _read(text: str | None, what: str) -> object:
    if text is None:
        return None
    try:
        value: object = msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        raise InputError(
            f"expected the {what} as JSON, found {text!r:.80} ({error}): a text stands in quotes, as in '\"paid\"'"
        ) from error
    return value
