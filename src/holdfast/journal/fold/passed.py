"""The state of a handoff: who has handed over to whom."""

import msgspec

from holdfast.kernel.ids import PayloadId


class Passed(msgspec.Struct, frozen=True, gc=False):
    """One handing over in a handoff."""

    giver: str
    taker: str
    contract: str
    carried: PayloadId
    version: int
    """The version of the event that says so: it counts if the giver had ended before."""
