"""Whatever program is run on it, a store behind seals answers of runs about a person as a plain one does of any run."""

from collections.abc import Awaitable, Callable

import pytest
from hypothesis import settings
from hypothesis.stateful import rule, run_state_machine_as_test
from msgspec.structs import replace

from holdfast.journal.bus import BusEvent, Published
from holdfast.journal.port import Head, Store
from holdfast.journal.sealing.aes import AesGcm
from holdfast.journal.stores.memory import MemoryDisk, MemoryStore
from holdfast.journal.upkeep import Archive, Removed
from holdfast.kernel.ids import RunId
from holdfast.kernel.randomness import SeededRandomness
from holdfast.testing.conformance.journal.upkeeping import kept
from tests.journal.sealing.subjects import AboutOnePerson, InMemory
from tests.journal.stores.test_side_by_side import SideBySide, runs


class BehindSeals(SideBySide):
    """Any program a caller could write, on a plain store and on one where every run is about one person."""

    def opened(self) -> tuple[Store, Store]:
        if not hasattr(self, "behind"):
            self.behind, self.plain = InMemory(self.clock), MemoryDisk()
        self.seed += 1
        plain = MemoryStore(self.clock, self.plain, randomness=SeededRandomness(self.seed))
        inner = MemoryStore(self.clock, self.behind.disk, randomness=SeededRandomness(self.seed))
        sealed = AboutOnePerson(inner, self.behind.keys(), AesGcm, SeededRandomness(self.seed))
        for store in (plain, sealed):
            self.runner.run(store.open())
        return plain, sealed

    def ask(self, question: Callable[[Store], Awaitable[object]]) -> object:
        """Ask both; sizes and the words of a refusal may differ, and what a head says of the seal."""

        async def comparable(store: Store) -> object:
            return _comparable(await question(store))

        return super().ask(comparable)

    @rule(run=runs)
    def move_out_and_in(self, run: RunId) -> None:
        archive = self.ask(lambda store: kept(store).archive(run))
        if isinstance(archive, Archive):
            self.ask(lambda store: kept(store).trim([run]))
            self.ask(lambda store: kept(store).weigh([run]))
            self.ask(lambda store: kept(store).remove([run]))
            self.ask(lambda store: self.restored(store, archive))

    async def restored(self, store: Store, archive: Archive) -> object:
        """Return whether it was taken in, or what kind of refusal there was: it may quote a hidden request id."""
        try:
            return await kept(store).restore(archive)
        except Exception as refused:
            return type(refused)


def _comparable(answer: object) -> object:
    match answer:
        case Head():
            return replace(answer, seal=None, subject=None)
        case Removed():
            return replace(answer, bytes=0)
        case BusEvent():
            return replace(answer, is_personal=False)
        case Published():
            return tuple(map(_comparable, answer.events)), answer.told
        case tuple():
            return tuple(_comparable(each) for each in answer)
        case _:
            return answer


def test_any_program_gets_the_same_answers_from_behind_seals() -> None:
    run_state_machine_as_test(BehindSeals, settings=settings(max_examples=20))


@pytest.mark.slow
def test_many_programs_get_the_same_answers_from_behind_seals() -> None:
    run_state_machine_as_test(BehindSeals, settings=settings(max_examples=100))
