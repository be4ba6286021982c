"""What a store answers to who wants a lease: pure, the same for every store."""

from msgspec.structs import replace

from holdfast.journal.leases import Lease, LeaseHeld
from holdfast.kernel.errors import JournalError


def check_lease(name: str, owner: str, seconds: float) -> None:
    """Raise JournalError for a lease that would hold nothing."""
    if not name or not owner or not seconds > 0:
        raise JournalError(
            f"a lease needs a name, an owner and a time above 0 seconds, found {name!r}, {owner!r} and {seconds}"
        )


def leased(kept: Lease | None, wanted: Lease, seconds: float, now: float) -> Lease | LeaseHeld:
    """Return the lease that whoever ``wanted`` names has from now on, or who has it; ``kept`` is the last one given."""
    if kept is not None and kept.until > now:
        return LeaseHeld(kept.owner, kept.until)
    return replace(wanted, token=1 if kept is None else kept.token + 1, until=now + seconds)


def renewed(kept: Lease | None, lease: Lease, seconds: float, now: float) -> Lease | None:
    """Return ``lease`` for as long again; None if it is not the last one given. One that ran out unnoticed goes on."""
    if kept is None or kept.token != lease.token:
        return None
    return replace(kept, until=now + seconds)


def released(kept: Lease | None, lease: Lease) -> Lease | None:
    """Return what is kept of ``lease`` once it is given back, its token; None if there is nothing to give back."""
    return replace(kept, until=0.0) if kept is not None and kept.token == lease.token else None
