"""What a collector is asked, and the one source that it can read while it answers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from pydantic import Field

from holdfast.apps.meeting.company.company import Company
from holdfast.apps.meeting.findings.model import Parameters, Strict
from holdfast.integration.tools.stock.sql.database import Database
from holdfast.orchestration.application.app import Resources


class Collection(Strict):
    """A question, in words, to one source of a company."""

    source: str = Field(min_length=1, max_length=64)
    question: str = Field(min_length=1, max_length=400)
    company: str = Field(min_length=1)


class Chosen(Strict):
    """The query whose rows answer the question; none if the source cannot answer it, and then why."""

    statement: str | None = None
    parameters: Parameters = Field(default_factory=list)
    note: str = Field(default="", max_length=400)


@asynccontextmanager
async def open_source(given: object) -> AsyncIterator[Resources]:
    """Open the source. Raises InputError for a file that is no company's."""
    assert isinstance(given, Collection)
    company = Company(Path(given.company))
    company.check()
    yield {Company: company, Database: company.source(given.source)}
