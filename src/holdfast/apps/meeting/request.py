"""What is asked of the assistant, and what it works with: the company, the last reports, the folder of the briefing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from holdfast.apps.meeting.company.company import Company
from holdfast.apps.meeting.findings.model import Strict
from holdfast.apps.meeting.folder import Folder
from holdfast.orchestration.application.app import Resources

LAST_REPORTS = "last_reports"
"""The folder beside the company's file in which the last report of each analyst is kept."""


class MeetingRequest(Strict):
    """An agenda or a question, the company's file, the folder of the briefing, and the file of an outage if any."""

    request: str = Field(min_length=1, max_length=4_000)
    company: str = Field(min_length=1)
    folder: str = Field(min_length=1)
    case: str | None = None


@dataclass(frozen=True, slots=True)
class LastReports:
    """Where the last report of each analyst is kept."""

    folder: Folder


@asynccontextmanager
async def open_company(given: object) -> AsyncIterator[Resources]:
    """Open the company. Raises InputError for a file that is none, or a folder that cannot be made."""
    assert isinstance(given, MeetingRequest)
    company = Company(Path(given.company))
    company.check()
    folder = Folder(Path(given.folder))
    folder.make()
    yield {Company: company, Folder: folder, LastReports: LastReports(Folder(company.path.parent))}
