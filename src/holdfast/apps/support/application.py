"""The application: its agents, its flow, its functions, the shop, and the stand-in for a model."""

from holdfast.apps.support.agents import AGENTS, OFFLINE
from holdfast.apps.support.flow import FLOW, REVIEW
from holdfast.apps.support.functions import find_unsupported, nothing_to_do, put_together, tell_earlier
from holdfast.apps.support.offline.mind import stand_in
from holdfast.apps.support.request import SupportRequest, open_shop
from holdfast.apps.support.shop.shop import Shop
from holdfast.kernel.limits import Budget
from holdfast.orchestration.application.app import App


def _title(given: object) -> str:
    assert isinstance(given, SupportRequest)
    return " ".join(given.message.split())[:80]


app = App(
    "support",
    FLOW,
    agents=AGENTS,
    functions=(tell_earlier, nothing_to_do, put_together, find_unsupported),
    input=SupportRequest,
    resources=open_shop,
    provides=frozenset((Shop,)),
    models={OFFLINE: stand_in},
    budget=Budget(turns=60, tool_calls=120, tokens=1_000_000),
    review=REVIEW,
    policies="policies",
    title=_title,
)
