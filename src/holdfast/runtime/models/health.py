"""How the accounts of a driving process stand, in a small file beside the store that other processes read."""

import asyncio
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from holdfast.integration.gateway.limits.account import Account
from holdfast.integration.gateway.limits.rate import Rate
from holdfast.kernel.breaker import State
from holdfast.kernel.clock import Clock
from holdfast.kernel.errors import InputError

SUFFIX = ".models.json"
WRITE_SECONDS_MIN = 1.0
"""It is written that often at most, and only when something has changed."""
WRITE_SECONDS_MAX = 15.0
"""It is written that often in any case: one that is older tells of a process that is gone, or stuck."""
STALE_SECONDS = 3 * WRITE_SECONDS_MAX


class AccountHealth(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """How one account stands, for one model."""

    account: str
    model: str
    breaker: State
    """Whether calls pass; after many failures it is open for a while."""
    limits: Rate
    """What it may consume a minute, configured or learned."""
    share: float
    """Which part of the limits is used: less after overload, until it has recovered."""
    left: float
    """Which part of the scarcest limit is left."""
    under_way: int
    frozen_until: float | None = None
    """Until when the provider asked for a rest."""
    is_barred: bool = False
    """Its key was not accepted, or its money is spent: others are asked."""
    trouble: str = ""
    """What last went wrong."""
    trouble_at: float | None = None


class Health(msgspec.Struct, frozen=True):
    """How all accounts of a process stood at an instant."""

    at: float
    process: int
    accounts: tuple[AccountHealth, ...]

    def is_stale(self, now: float) -> bool:
        """Whether the process should have written again by now."""
        return now - self.at > STALE_SECONDS


def health_of(account: Account, now: float) -> AccountHealth:
    """Return how an account stands."""
    meter, frozen = account.meter, account.meter.frozen_until
    return AccountHealth(
        account=account.terms.name,
        model=account.terms.model,
        breaker=account.state(now),
        limits=meter.limits,
        share=round(meter.share(now), 3),
        left=round(meter.headroom(now), 3),
        under_way=meter.under_way,
        frozen_until=frozen if frozen > now else None,
        is_barred=account.is_barred(now),
        trouble=account.trouble,
        trouble_at=account.trouble_at if account.trouble else None,
    )


def health_file(store: Path) -> Path:
    """Return where the health is kept of the process that drives the runs in ``store``."""
    return store.with_name(store.name + SUFFIX)


def read_health(path: Path) -> Health | None:
    """Return what was last written, None if nothing was. Raises InputError for a file that is something else."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Health)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError) as error:
        raise InputError(
            f"expected the state of models in {path}, found what cannot be read ({error}): delete it"
        ) from error


async def keep_health(path: Path, accounts: Callable[[], Sequence[Account]], clock: Clock) -> None:
    """Write how the accounts that were asked stand, whenever that changes, until cancelled.

    What cannot be written is not: people see an older state, and are told that it is.
    """
    last = Health(at=-WRITE_SECONDS_MAX, process=os.getpid(), accounts=())
    while True:
        await clock.sleep(WRITE_SECONDS_MIN)
        now = clock.now()
        found = tuple(health_of(each, now) for each in accounts() if each.meter.is_used)
        if found and (found != last.accounts or now - last.at >= WRITE_SECONDS_MAX):
            last = Health(now, os.getpid(), found)
            await asyncio.to_thread(_write, path, msgspec.json.encode(last))


def _write(path: Path, body: bytes) -> None:
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(body)
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
