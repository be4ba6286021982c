"""What is done for a newcomer, each with what undoes it. Only the message, once sent, stays sent."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from holdfast.apps.onboarding.request import LOGIN, PERMISSIONS
from holdfast.apps.onboarding.systems import Directory, Mail
from holdfast.integration.tools.contract import IdempotencyKey, Provided, ToolFailure, tool
from holdfast.kernel.effects import Effect

Login = Annotated[str, Field(pattern=LOGIN)]
DOMAIN = "example.com"


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A mailbox as it was made."""

    login: str
    address: str


@tool(effect=Effect.KEYED)
def remove_account(login: Login, *, key: IdempotencyKey, directory: Provided[Directory]) -> dict[str, str]:
    """Remove an account from the directory."""
    with directory.asked("account", key) as system:
        if system is not None:
            system.execute("DELETE FROM accounts WHERE login = ?", (login,))
    return {"login": login}


@tool(effect=Effect.KEYED, undo=remove_account)
def create_account(
    login: Login, name: str, role: str, *, key: IdempotencyKey, directory: Provided[Directory]
) -> dict[str, str]:
    """Create an account in the directory."""
    with directory.asked("account", key) as system:
        if system is not None:
            if system.execute("SELECT 1 FROM accounts WHERE login = ?", (login,)).fetchone():
                raise ToolFailure(f"there is an account {login} already", hint="choose another login")
            system.execute("INSERT INTO accounts VALUES (?, ?, ?)", (login, name, role))
    return {"login": login}


@tool(effect=Effect.KEYED)
def revoke_permissions(login: Login, *, key: IdempotencyKey, directory: Provided[Directory]) -> dict[str, str]:
    """Take all permissions from an account."""
    with directory.asked("revocation", key) as system:
        if system is not None:
            system.execute("DELETE FROM permissions WHERE login = ?", (login,))
    return {"login": login}


@tool(effect=Effect.KEYED, undo=revoke_permissions)
def grant_permissions(
    login: Login, role: str, *, key: IdempotencyKey, directory: Provided[Directory]
) -> dict[str, object]:
    """Give an account the permissions of a role."""
    granted = PERMISSIONS.get(role, [])
    with directory.asked("permissions", key) as system:
        if system is not None:
            rows = [(login, permission) for permission in granted]
            system.executemany("INSERT OR IGNORE INTO permissions VALUES (?, ?)", rows)
    return {"login": login, "permissions": granted}


@tool(effect=Effect.KEYED)
def remove_mailbox(address: str, *, key: IdempotencyKey, mail: Provided[Mail]) -> dict[str, str]:
    """Remove a mailbox."""
    with mail.asked("mailbox", key) as system:
        if system is not None:
            system.execute("DELETE FROM mailboxes WHERE address = ?", (address,))
    return {"address": address}


@tool(effect=Effect.KEYED, undo=remove_mailbox)
def create_mailbox(login: Login, *, key: IdempotencyKey, mail: Provided[Mail]) -> Mailbox:
    """Create a mailbox."""
    address = f"{login}@{DOMAIN}"
    with mail.asked("mailbox", key) as system:
        if system is not None:
            if system.execute("SELECT 1 FROM mailboxes WHERE address = ?", (address,)).fetchone():
                raise ToolFailure(f"there is a mailbox {address} already", hint="choose another login")
            system.execute("INSERT INTO mailboxes VALUES (?, ?)", (address, login))
    return Mailbox(login=login, address=address)


@tool(effect=Effect.KEYED)
def send_welcome(address: str, name: str, *, key: IdempotencyKey, mail: Provided[Mail]) -> dict[str, str]:
    """Send the message that welcomes a newcomer. What is sent cannot be called back."""
    with mail.asked("notification", key) as system:
        if system is not None:
            system.execute("INSERT INTO sent VALUES (?, ?, ?)", (address, "Welcome", f"Welcome, {name}!"))
    return {"address": address}
