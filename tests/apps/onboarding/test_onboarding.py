"""A newcomer is in both systems or in neither, and a part of it is never told as success."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from holdfast.apps.onboarding.application import app
from holdfast.apps.onboarding.command import Outage, command
from holdfast.apps.onboarding.systems import DIRECTORY, MAIL, Directory, Mail
from holdfast.journal.fold.state import RunState
from holdfast.kernel.errors import InputError
from holdfast.kernel.outcomes import ErrorKind, Outcome
from holdfast.runtime import Runtime
from holdfast.testing.faults.hurried import HurriedClock

ADA = {"name": "Ada Marsh", "login": "ada.marsh", "role": "engineer"}


@dataclass(frozen=True)
class Office:
    """Both systems, and what they hold."""

    folder: Path

    @property
    def directory(self) -> Directory:
        return Directory(self.folder / DIRECTORY)

    @property
    def mail(self) -> Mail:
        return Mail(self.folder / MAIL)

    @property
    def held(self) -> dict[str, int]:
        """How many rows each table has."""
        return {
            "accounts": len(self.directory.rows("SELECT * FROM accounts")),
            "permissions": len(self.directory.rows("SELECT * FROM permissions")),
            "mailboxes": len(self.mail.rows("SELECT * FROM mailboxes")),
            "sent": len(self.mail.rows("SELECT * FROM sent")),
        }

    async def enter(self, **changed: str) -> RunState:
        """Enter Ada and return how it ended."""
        async with Runtime.open("memory:", apps=[app], clock=HurriedClock()) as runtime:
            run = await runtime.start(app, {**ADA, **changed, "folder": str(self.folder)})
            return await run.wait()


NOTHING = {"accounts": 0, "permissions": 0, "mailboxes": 0, "sent": 0}


@pytest.fixture
def office(tmp_path: Path) -> Office:
    command.init(tmp_path)
    return Office(tmp_path)


async def test_a_newcomer_is_entered_in_both_systems(office: Office) -> None:
    state = await office.enter()
    assert state.outcome is Outcome.SUCCEEDED
    assert office.held == {"accounts": 1, "permissions": 2, "mailboxes": 1, "sent": 1}


@pytest.mark.parametrize("what", ["mailbox", "notification"])
async def test_where_the_second_system_fails_the_first_is_as_it_was(office: Office, what: str) -> None:
    office.mail.fail(what)
    state = await office.enter()
    assert state.outcome is Outcome.FAILED
    assert state.fault is not None
    assert state.fault.kind is ErrorKind.COMPENSATED
    assert "undone" in state.fault.message
    assert office.held == NOTHING


@pytest.mark.parametrize("what", ["account", "permissions"])
async def test_where_the_first_system_fails_the_second_is_never_asked(office: Office, what: str) -> None:
    office.directory.fail(what)
    state = await office.enter()
    assert state.outcome is Outcome.FAILED
    assert office.held["mailboxes"] == office.held["sent"] == 0


async def test_what_cannot_be_undone_waits_for_a_person_and_is_no_success(office: Office) -> None:
    office.mail.fail("mailbox")
    office.directory.fail("revocation")
    state = await office.enter()
    assert state.outcome is None
    assert len(state.questions) == 1
    assert office.held == {"accounts": 1, "permissions": 2, "mailboxes": 0, "sent": 0}


async def test_another_with_the_same_login_is_left_as_he_is(office: Office) -> None:
    await office.enter()
    state = await office.enter(name="Adam Marsh")
    assert state.outcome is Outcome.FAILED
    assert office.held == {"accounts": 1, "permissions": 2, "mailboxes": 1, "sent": 1}
    assert office.directory.rows("SELECT name FROM accounts") == [{"name": "Ada Marsh"}]


async def test_a_mailbox_of_somebody_else_is_left_as_it_is(office: Office) -> None:
    with office.mail.asked("mailbox") as mail:
        assert mail is not None
        mail.execute("INSERT INTO mailboxes VALUES ('ada.marsh@example.com', 'another')")
    state = await office.enter()
    assert state.fault is not None
    assert state.fault.kind is ErrorKind.COMPENSATED
    assert office.held == {**NOTHING, "mailboxes": 1}


async def test_a_role_that_is_none_is_rejected_before_anything_is_done(office: Office) -> None:
    with pytest.raises(InputError, match="role"):
        await office.enter(role="emperor")
    assert office.held == NOTHING


def test_systems_are_made_once(tmp_path: Path) -> None:
    command.init(tmp_path)
    with pytest.raises(InputError, match="expected no file yet"):
        command.init(tmp_path)


def test_without_the_systems_it_says_how_to_make_them(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holdfast init onboarding"):
        command.ask("Ada Marsh", folder=tmp_path)


@pytest.mark.parametrize("name", [DIRECTORY, MAIL])
@pytest.mark.parametrize("content", [b"", b"no database at all"])
def test_a_file_that_is_no_system_is_told(office: Office, name: str, content: bytes) -> None:
    (office.folder / name).write_bytes(content)
    with pytest.raises(InputError, match="found what is none"):
        command.ask("Ada Marsh", folder=office.folder)


@pytest.mark.parametrize(
    ("name", "login"),
    [
        ("Ada Marsh", "ada.marsh"),
        ("Åsa  Öberg-Ek", "asa.oberg-ek"),
        ("Niamh O'Neil", "niamh.oneil"),
        ("J. R. Li", "j.r.li"),
    ],
)
def test_a_name_makes_a_login(office: Office, name: str, login: str) -> None:
    asked = command.ask(name, folder=office.folder)
    assert isinstance(asked.input, dict)
    assert asked.input["login"] == login


@pytest.mark.parametrize(("name", "login"), [("", None), ("李", None), ("4 You", None), ("Ada Marsh", "ADA")])
def test_what_makes_no_login_is_told_and_nothing_is_switched_off(office: Office, name: str, login: str | None) -> None:
    with pytest.raises(InputError, match="--login"):
        command.ask(name, login=login, folder=office.folder, fail=Outage.MAILBOX)
    assert office.mail.rows("SELECT what FROM outage") == []
