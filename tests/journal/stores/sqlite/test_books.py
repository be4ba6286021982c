"""Files from before the ledger: they are brought up to date, keep their runs, and are charged from then on."""

from collections.abc import Sequence
from pathlib import Path

from holdfast.journal.ledger import Charged
from holdfast.journal.port import Committed
from holdfast.journal.stores.sqlite import SqliteStore
from holdfast.journal.stores.sqlite.layout import lay_out
from holdfast.journal.stores.sqlite.schema import MIGRATIONS
from holdfast.kernel.charges import Charge
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.faults import pass_by
from holdfast.testing.conformance.journal.charging import DAY, charging
from holdfast.testing.conformance.journal.samples import RUN, events, following, take

BEFORE, BEFORE_UNPRICED = 3, 5
"""How many migrations a file has been through from before the ledger, and from before it told free from unknown."""
_RUN = """
    INSERT INTO runs (run, tenant, app, title, created_at, version, epoch, begun_by, commit_id, status, is_over,
                      worker, lease_until, lease_seconds, wake_at, updated_at)
    VALUES (?, 'acme', 'desk', '', 1.0, 2, 1, 'c1', 'c2', 'executing', 0, 'w', 9.0, 9.0, 1.0, 1.0)
"""
_EVENT = "INSERT INTO events (run_id, version, at, body) VALUES (1, ?, ?, ?)"


def write_older(path: Path, migrations: int = BEFORE, held: Sequence[tuple[int, int]] = ()) -> None:
    """Write a file as an older version left it: one run in mid-flight, which held so many tokens and nano-dollars."""
    connection = lay_out(path, may_upgrade=True, reach=pass_by, migrations=MIGRATIONS[:migrations])
    connection.execute(_RUN, (RUN,))
    connection.executemany(_EVENT, [(event.version, event.at, event.body) for event in events(1, 2)])
    for place, amounts in enumerate(held):
        connection.execute("INSERT INTO held VALUES (1, ?, 'acme', 'desk', ?, ?)", (DAY + place, *amounts))
    connection.close()


async def test_what_an_older_file_held_without_money_is_taken_for_unknown_as_it_was(
    path: Path, clock: VirtualClock
) -> None:
    write_older(path, BEFORE_UNPRICED, [(30, 0), (40, 4)])
    store = SqliteStore(path, clock)
    await store.open()
    unknown, known = Charge(DAY, held_tokens=30, held_unpriced=1), Charge(DAY + 1, held_tokens=40, held_nano_usd=4)
    assert await store.charged(DAY, DAY) == (Charged("acme", "desk", unknown),)
    assert await store.charged(DAY + 1, DAY + 1) == (Charged("acme", "desk", known),)
    await store.close()


async def test_a_run_in_an_older_file_goes_on_and_is_charged_from_then_on(path: Path, clock: VirtualClock) -> None:
    write_older(path)
    store = SqliteStore(path, clock)
    await store.open()
    assert await store.charged(0, DAY) == ()
    claim = await take(store)
    commit = following(claim, entries=charging(Charge(DAY, tokens=7, held_tokens=3)))
    assert await store.commit(commit) == Committed(3)
    await store.close()
    again = SqliteStore(path, clock)
    await again.open()
    assert await again.read(RUN) == events(1, 3)
    assert await again.charged(DAY, DAY) == (Charged("acme", "desk", Charge(DAY, 7, held_tokens=3)),)
    await again.close()
