"""How the approval of one call stands: what is asked, and who has decided what of it."""

import msgspec

from holdfast.journal.events.approvals import Need, Ruling
from holdfast.kernel.ids import PayloadId


class Decided(msgspec.Struct, frozen=True, gc=False):
    """What one person has decided of the call as it now stands."""

    by: str
    ruling: Ruling
    of: str = "operator"
    roles: tuple[str, ...] = ()
    note: str = ""
    at: float = 0.0


class ApprovalState(msgspec.Struct, frozen=True, gc=False):
    """What people are asked of a call, and have decided. It is for one effect: another one needs another."""

    number: int
    tool: str
    definition: str
    digest: str
    asked: PayloadId
    asked_at: float
    needs: tuple[Need, ...]
    family: int
    """The family of attempts that it is for: what is sent once more under the same key is the same effect."""
    deadline: float | None = None
    abandons: bool = False
    decisions: tuple[Decided, ...] = ()
    """Those that are bound to the arguments as they now are."""
    arguments: PayloadId | None = None
    """Canonical JSON of the arguments that somebody has given in place of the caller's."""
    is_settled: bool = False
    """Nothing is waited for any more: it was approved, or rejected."""

    @property
    def rejection(self) -> Decided | None:
        """Who has rejected it, if somebody has."""
        return next((each for each in self.decisions if each.ruling is Ruling.REJECT), None)
