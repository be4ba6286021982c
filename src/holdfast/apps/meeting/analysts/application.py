"""The three analysts as applications: the same flow over different systems."""

from holdfast.apps.meeting.analysts.agents import agents_of
from holdfast.apps.meeting.analysts.flow import analysis
from holdfast.apps.meeting.analysts.functions import (
    chart_rows,
    gather,
    make_report,
    no_charts,
    not_investigated,
    tell_sources,
)
from holdfast.apps.meeting.analysts.request import Analysis, opening
from holdfast.apps.meeting.budgets import ANALYST
from holdfast.apps.meeting.company.company import Company
from holdfast.apps.meeting.offline.mind import NAME, stand_in
from holdfast.integration.tools.stock.sql.database import Database
from holdfast.orchestration.application.app import App

FUNCTIONS = (tell_sources, gather, chart_rows, no_charts, not_investigated, make_report)


def _title(given: object) -> str:
    assert isinstance(given, Analysis)
    return " ".join(given.question.split())[:80]


def _analyst(name: str, *systems: str) -> App:
    called = f"meeting_{name}"
    return App(
        called,
        analysis(called, name, *systems),
        agents=agents_of(name),
        functions=FUNCTIONS,
        input=Analysis,
        resources=opening(*systems),
        provides=frozenset((Company, Database)),
        models={NAME: stand_in},
        budget=ANALYST,
        title=_title,
    )


financial = _analyst("financial", "finance")
shipping = _analyst("shipping", "shipping")
incidents = _analyst("incidents", "incidents")
