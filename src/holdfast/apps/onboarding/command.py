"""Onboarding's own command line: ``holdfast run onboarding NAME``, and ``holdfast init onboarding``."""

import enum
import re
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from holdfast.apps.onboarding.request import LOGIN
from holdfast.apps.onboarding.systems import DIRECTORY, MAIL, Directory, Mail
from holdfast.kernel.errors import InputError
from holdfast.orchestration.people.following import Entry
from holdfast.surfaces.cli.exit_codes import ExitCode
from holdfast.surfaces.cli.extension import Ask, Ended
from holdfast.surfaces.cli.showing.terminal import styled


class Role(enum.StrEnum):
    """What a newcomer can be."""

    ENGINEER = "engineer"
    SUPPORT = "support"
    FINANCE = "finance"


class Outage(enum.StrEnum):
    """What the second system can be made to fail at."""

    MAILBOX = "mailbox"
    NOTIFICATION = "notification"


class OnboardingCommand:
    """``holdfast run onboarding``."""

    def ask(
        self,
        name: Annotated[str, typer.Argument(help="The newcomer's name.")],
        role: Annotated[Role, typer.Option("--role", help="What the newcomer will be.")] = Role.ENGINEER,
        login: Annotated[str | None, typer.Option("--login", help="The login; made of the name if not given.")] = None,
        folder: Annotated[Path, typer.Option("--folder", help="Where the two systems are.")] = Path(),
        fail: Annotated[
            Outage | None, typer.Option("--fail", help="Have the mail system be down for this, from now on.")
        ] = None,
    ) -> Ask:
        """Enter a new colleague in two systems; if one fails, what was done is undone."""
        mail = Mail(folder / MAIL)
        for system in (Directory(folder / DIRECTORY), mail):
            system.check()
        given = {
            "name": name,
            "login": _usable(login or _login_of(name)),
            "role": str(role),
            "folder": str(folder.resolve()),
        }
        mail.fail(fail)
        return Ask(given)

    def init(self, folder: Path) -> Sequence[str]:
        Directory.make(folder / DIRECTORY)
        Mail.make(folder / MAIL)
        where = "" if folder == Path() else f" --folder {folder}"
        return (
            f"made two systems: {folder / DIRECTORY} and {folder / MAIL}",
            f"enter somebody with: holdfast run onboarding 'Ada Marsh' --role engineer{where}",
            "and see what becomes of it if the second system is down, with: --fail mailbox or --fail notification",
        )

    def progress_line(self, entry: Entry) -> str | None:
        return None

    async def record(self, ended: Ended, options: object) -> Mapping[str, object]:
        return {"newcomer": ended.value}

    async def show(self, ended: Ended, options: object, console: Console) -> None:
        assert isinstance(ended.value, dict), "a newcomer that was entered has a summary"
        value = ended.value
        told = ", ".join(value["permissions"])
        console.print(styled(f"{value['login']} has an account ({told}) and the mailbox {value['address']}"))

    def exit_code(self, ended: Ended, options: object) -> int:
        return ExitCode.OK


def _login_of(name: str) -> str:
    """Return the login that a name makes: its words, in letters that every system knows."""
    plain = unicodedata.normalize("NFKD", name.lower()).replace("'", "")
    return ".".join(re.findall(r"[a-z0-9-]+", "".join(each for each in plain if not unicodedata.combining(each))))


def _usable(login: str) -> str:
    if re.fullmatch(LOGIN, login) is None:
        raise InputError(f"expected a login like ada.marsh ({LOGIN}), found {login!r}: give another with --login")
    return login


command = OnboardingCommand()
