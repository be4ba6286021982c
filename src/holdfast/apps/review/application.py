"""The application: its agents, its flow, its functions, what they work with, and the stand-in for a model."""

from holdfast.apps.review.agents import OFFLINE, SPECIALISTS, TRACER
from holdfast.apps.review.flow import FLOW
from holdfast.apps.review.functions import collect_remarks, conclude, settle_findings
from holdfast.apps.review.offline.mind import stand_in
from holdfast.apps.review.stock import take_stock
from holdfast.apps.review.workspace import ReviewInput, Workspace, open_workspace
from holdfast.orchestration.application.app import App


def _title(given: object) -> str:
    assert isinstance(given, ReviewInput)
    return given.path if given.diff is None else f"{given.path} {given.diff}"


app = App(
    "review",
    FLOW,
    agents=(*SPECIALISTS, TRACER),
    functions=(take_stock, settle_findings, collect_remarks, conclude),
    input=ReviewInput,
    resources=open_workspace,
    provides=frozenset((Workspace,)),
    models={OFFLINE: stand_in},
    title=_title,
)
