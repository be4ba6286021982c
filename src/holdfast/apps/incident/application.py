"""The application: its agents, its flow, its functions, the case, and the stand-in for a model."""

from pathlib import Path

from holdfast.apps.incident.agents import AGENTS, OFFLINE
from holdfast.apps.incident.flow import FLOW
from holdfast.apps.incident.functions import admit, break_off, brief, conclude, hand_over, one_stands, weigh
from holdfast.apps.incident.offline.mind import stand_in
from holdfast.apps.incident.request import Incident, open_for_run
from holdfast.integration.tools.stock.sql.database import Database
from holdfast.kernel.limits import Budget
from holdfast.orchestration.application.app import App

HOUR_SECONDS = 3_600.0


def _title(given: object) -> str:
    assert isinstance(given, Incident)
    return f"outage of {Path(given.case).stem}"


app = App(
    "incident",
    FLOW,
    agents=AGENTS,
    functions=(brief, break_off, weigh, one_stands, conclude, admit, hand_over),
    input=Incident,
    resources=open_for_run,
    provides=frozenset((Database,)),
    models={OFFLINE: stand_in},
    budget=Budget(turns=80, tool_calls=200, tokens=5_000_000, seconds=HOUR_SECONDS),
    title=_title,
)
