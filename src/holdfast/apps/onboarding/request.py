"""Who is to be entered, and what is worked with."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from holdfast.apps.onboarding.systems import DIRECTORY, MAIL, Directory, Mail
from holdfast.orchestration.application.app import Resources

LOGIN = r"^[a-z][a-z0-9.-]{1,30}$"
PERMISSIONS = {
    "engineer": ["repositories", "staging"],
    "support": ["tickets", "customers"],
    "finance": ["invoices", "payroll"],
}
"""What each role may do."""


class Newcomer(BaseModel):
    """A new colleague, and the folder in which the two systems are."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=100)
    login: str = Field(pattern=LOGIN)
    role: str = Field(pattern="^(" + "|".join(PERMISSIONS) + ")$")
    folder: str = "."


@asynccontextmanager
async def open_systems(given: object) -> AsyncIterator[Resources]:
    """Open both systems. Raises InputError if one is missing."""
    assert isinstance(given, Newcomer)
    directory, mail = Directory(Path(given.folder) / DIRECTORY), Mail(Path(given.folder) / MAIL)
    directory.check()
    mail.check()
    yield {Directory: directory, Mail: mail}
