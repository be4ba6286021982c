"""One meeting that was prepared with nothing in its way, for the tests that only look at what came of it."""

import asyncio
from dataclasses import dataclass

import pytest

from holdfast.apps.meeting.briefing.model import Briefing
from holdfast.journal.fold.state import RunState
from tests.apps.meeting.firm import Firm, open_firm


@dataclass(frozen=True)
class Prepared:
    """A company, and what came of the preparation of its meeting."""

    firm: Firm
    state: RunState
    briefing: Briefing
    family: list[RunState]


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    async def prepare() -> Prepared:
        async with open_firm(tmp_path_factory.mktemp("whole")) as firm:
            state, briefing = await firm.prepared()
            return Prepared(firm, state, briefing, await firm.family(state.run))

    return asyncio.run(prepare())
