"""Leases on what lies outside: one holder at a time, for a time, and a token that tells a late one from the present.

The store's clock decides. A token is never given twice for a name, and each is larger than all before: who hands it to
the resource lets that refuse whoever held the lease before and has not noticed yet.
"""

from typing import Protocol

import msgspec


class Lease(msgspec.Struct, frozen=True):
    """The right to use what ``name`` stands for, until ``until`` on the store's clock."""

    tenant: str
    name: str
    owner: str
    token: int
    until: float


class LeaseHeld(msgspec.Struct, frozen=True):
    """Refused: ``owner`` has it until ``until`` unless it renews."""

    owner: str
    until: float


class LeaseStore(Protocol):
    """Gives leases, by comparing and setting in one transaction."""

    async def lease(self, tenant: str, name: str, owner: str, seconds: float) -> Lease | LeaseHeld:
        """Take the lease under a token of its own, or say who has it: also the same owner, who may be an earlier try.

        Raises JournalError for one that would hold nothing.
        """

    async def renew_lease(self, lease: Lease, seconds: float) -> Lease | None:
        """Return the lease for as long again; None if it ran out and somebody has it, or has had it, since."""

    async def release_lease(self, lease: Lease) -> None:
        """Give it back; harmless if it is somebody else's by now."""
