"""What runs share, and the leases they hold, in dicts."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from holdfast.journal.leases import Lease, LeaseHeld
from holdfast.journal.port import Overtaken
from holdfast.journal.sealing.envelope import ERASED
from holdfast.journal.shared import Place, SharedValue, SharedWrite, place_of
from holdfast.journal.stores.leasing import leased, released, renewed
from holdfast.kernel.ids import RunId


class Whose(NamedTuple):
    """What a lease is on."""

    tenant: str
    name: str


class SharedDesk:
    """The part of a memory disk that runs have in common."""

    def __init__(self) -> None:
        self._values: dict[Place, SharedValue] = {}
        self._leases: dict[Whose, Lease] = {}

    def overtaken(self, writes: Iterable[SharedWrite]) -> Overtaken | None:
        """Return what of ``writes`` is based on a version that is not the present one."""
        for write in writes:
            kept = self._values.get(place_of(write))
            version = 0 if kept is None else kept.version
            if version != write.base:
                return Overtaken(write.name, version)
        return None

    def write(self, run: RunId, writes: Iterable[SharedWrite], now: float) -> None:
        """Take ``writes`` in."""
        for write in writes:
            self._values[place_of(write)] = SharedValue(write.name, write.base + 1, write.body, run, now)

    def read(self, tenant: str, app: str, names: Sequence[str] | None) -> tuple[SharedValue, ...]:
        """Return what was written under those names, by default under any."""
        wanted = sorted(place for place in self._values if (place.tenant, place.app) == (tenant, app))
        return tuple(self._values[place] for place in wanted if names is None or place.name in names)

    def empty(self, run: RunId) -> None:
        """Take out what ``run`` has written and nobody has since."""
        for place, value in self._values.items():
            if value.run == run and value.body is not None:
                self._values[place] = replace(value, body=ERASED)

    def lease(self, wanted: Lease, seconds: float, now: float) -> Lease | LeaseHeld:
        """Give a lease, or say who has it."""
        whose = Whose(wanted.tenant, wanted.name)
        answer = leased(self._leases.get(whose), wanted, seconds, now)
        if isinstance(answer, Lease):
            self._leases[whose] = answer
        return answer

    def renew(self, lease: Lease, seconds: float, now: float) -> Lease | None:
        """Renew a lease that is still the last one given."""
        whose = Whose(lease.tenant, lease.name)
        answer = renewed(self._leases.get(whose), lease, seconds, now)
        if answer is not None:
            self._leases[whose] = answer
        return answer

    def release(self, lease: Lease) -> None:
        """Take a lease back; its token stays known."""
        whose = Whose(lease.tenant, lease.name)
        kept = released(self._leases.get(whose), lease)
        if kept is not None:
            self._leases[whose] = kept
