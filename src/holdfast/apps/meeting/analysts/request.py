"""What an analyst is asked, what it may ask for, and the systems that it can read while it works."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from pydantic import Field

from holdfast.apps.meeting.company.company import Company
from holdfast.apps.meeting.findings.model import Strict
from holdfast.integration.tools.stock.sql.database import Database
from holdfast.orchestration.application.app import Resources

WANTED_MAX = 4
"""How many collections an analyst may ask for at once."""


class Analysis(Strict):
    """A question to an analyst of a company. Charts go into ``folder``; ``case`` is an outage to be investigated."""

    question: str = Field(min_length=1, max_length=1_000)
    company: str = Field(min_length=1)
    folder: str = Field(min_length=1)
    case: str | None = None


class Wanted(Strict):
    """What one collector is to bring."""

    source: str = Field(min_length=1, max_length=64)
    question: str = Field(min_length=1, max_length=400)


class Asked(Strict):
    """What is to be collected next. Nothing: what is there is enough."""

    wanted: list[Wanted] = Field(max_length=WANTED_MAX)


def opening(*systems: str) -> Callable[[object], AbstractAsyncContextManager[Resources]]:
    """Return what opens some systems of a company for an analyst."""

    @asynccontextmanager
    async def open_systems(given: object) -> AsyncIterator[Resources]:
        """Open the systems. Raises InputError for a file that is no company's."""
        assert isinstance(given, Analysis)
        company = Company(Path(given.company))
        company.check()
        yield {Company: company, Database: company.database(systems)}

    return open_systems
