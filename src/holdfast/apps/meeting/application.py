"""The application: the assistant's agents and flow; its analysts are applications of their own, found by name."""

from holdfast.apps.meeting.agents import EDITOR, PLANNER
from holdfast.apps.meeting.briefing.functions import (
    check_reports,
    keep_reports,
    last_report,
    not_available,
    publish,
    put_together_supported,
    put_together_whole,
)
from holdfast.apps.meeting.budgets import MEETING
from holdfast.apps.meeting.company.company import Company
from holdfast.apps.meeting.flow import FLOW
from holdfast.apps.meeting.folder import Folder
from holdfast.apps.meeting.offline.mind import NAME, stand_in
from holdfast.apps.meeting.request import LastReports, MeetingRequest, open_company
from holdfast.orchestration.application.app import App


def _title(given: object) -> str:
    assert isinstance(given, MeetingRequest)
    return " ".join(given.request.split())[:80]


app = App(
    "meeting",
    FLOW,
    agents=(PLANNER, EDITOR),
    functions=(
        last_report,
        not_available,
        check_reports,
        put_together_whole,
        put_together_supported,
        keep_reports,
        publish,
    ),
    input=MeetingRequest,
    resources=open_company,
    provides=frozenset((Company, Folder, LastReports)),
    models={NAME: stand_in},
    budget=MEETING,
    title=_title,
)
