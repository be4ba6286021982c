"""The application: a saga over two systems, and no agent at all."""

from holdfast.apps.onboarding.flow import FLOW
from holdfast.apps.onboarding.request import Newcomer, open_systems
from holdfast.apps.onboarding.systems import Directory, Mail
from holdfast.apps.onboarding.tools import create_account, create_mailbox, grant_permissions, send_welcome
from holdfast.integration.tools.contract import Provided, tool
from holdfast.kernel.effects import Effect
from holdfast.orchestration.application.app import App


@tool(effect=Effect.READ)
def summarise(login: str, address: str, *, directory: Provided[Directory]) -> dict[str, object]:
    """Read back what the newcomer has."""
    rows = directory.rows("SELECT permission FROM permissions WHERE login = ? ORDER BY permission", login)
    return {"login": login, "address": address, "permissions": [row["permission"] for row in rows]}


def _title(given: object) -> str:
    assert isinstance(given, Newcomer)
    return f"{given.name} ({given.login}), {given.role}"


app = App(
    "onboarding",
    FLOW,
    tools=(create_account, grant_permissions, create_mailbox, send_welcome),
    functions=(summarise,),
    input=Newcomer,
    resources=open_systems,
    provides=frozenset((Directory, Mail)),
    title=_title,
)
