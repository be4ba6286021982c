"""Processes that share a file take turns by leases: one at a time, in the order of the tokens."""

from pathlib import Path

from holdfast.journal.leases import Lease, LeaseHeld
from holdfast.journal.stores.sqlite import SqliteStore
from holdfast.kernel.clock import VirtualClock
from tests.journal.stores.sqlite.child import TURNS
from tests.journal.stores.sqlite.conftest import Spawn


async def test_processes_take_turns_and_no_token_is_given_twice(path: Path, store: SqliteStore, spawn: Spawn) -> None:
    children = [spawn("lease", path.with_name("ledger")) for _ in range(3)]
    for child in children:
        child.communicate(timeout=60)
        assert child.returncode == 0
    lines = path.with_name("ledger").read_text().split()
    assert lines == [str(token) for token in range(1, len(children) * TURNS + 1)], "each saw all that came before"
    lease = await store.lease("acme", "ledger", "the test", 1.0)
    assert isinstance(lease, Lease)
    assert lease.token == len(children) * TURNS + 1


async def test_a_lease_whose_holder_was_killed_is_free_once_it_has_run_out(path: Path, spawn: Spawn) -> None:
    child = spawn("lease_and_hang")
    assert child.stdout is not None
    until = float(child.stdout.readline())
    child.kill()
    child.wait()
    at = VirtualClock(until - 1)
    beside = SqliteStore(path, at, drives=False)
    await beside.open()
    assert isinstance(await beside.lease("acme", "ledger", "the test", 1.0), LeaseHeld)
    await at.advance(1)
    lease = await beside.lease("acme", "ledger", "the test", 1.0)
    assert isinstance(lease, Lease)
    assert lease.token == 2
    await beside.close()
