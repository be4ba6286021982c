"""An analysis as a flow: ask collectors, round after round, until it is enough; conclude; have charts drawn; report."""

from holdfast.apps.meeting.analysts.request import WANTED_MAX
from holdfast.apps.meeting.budgets import CHART_MAKER, COLLECTOR, INVESTIGATION
from holdfast.apps.meeting.findings.model import CHARTS_MAX
from holdfast.flow import (
    AgentNode,
    AtRoundsMax,
    Branch,
    Case,
    ChildNode,
    Fallback,
    FunctionNode,
    Join,
    Loop,
    Map,
    Node,
    Sequence,
)

ROUNDS_MAX = 6

_TASK = "{'question': input.question, 'told': told, 'tables': %s}"
_BEFORE = "(last.tables if round > 1 else [])"

CHARTS = Fallback(
    "charts",
    rungs=(
        Sequence(
            "drawn",
            steps=(
                FunctionNode("rows", "chart_rows", input="{'plots': findings.charts, 'folder': input.folder}"),
                Map(
                    "each",
                    over="rows",
                    do=ChildNode("chart", "meeting_charts", input="item", budget=CHART_MAKER),
                    items_max=CHARTS_MAX,
                    join=Join.BEST_EFFORT,
                ),
            ),
        ),
        FunctionNode("without", "no_charts", input="{}"),
    ),
)

INVESTIGATED = Branch(
    "investigated",
    cases=(
        Case(
            "input.case != None",
            Fallback(
                "outage",
                rungs=(
                    ChildNode("incident", "incident", input="{'case': input.case}", budget=INVESTIGATION),
                    FunctionNode("without", "not_investigated", input="{}"),
                ),
            ),
        ),
    ),
)
"""By the application of that name, whoever has installed it."""


def analysis(app: str, analyst: str, *systems: str) -> Node:
    """Return the flow of an analyst who reads some systems."""
    held = ", ".join(f"'{system}'" for system in systems)
    return Sequence(
        app,
        steps=(
            FunctionNode("told", "tell_sources", input=f"{{'systems': [{held}]}}"),
            Loop(
                "enquiry",
                do=_round(analyst),
                until="result.is_enough",
                rounds_max=ROUNDS_MAX,
                at_rounds_max=AtRoundsMax.PARTIAL,
            ),
            AgentNode("findings", f"{analyst}_concludes", input=_TASK % "enquiry.tables"),
            CHARTS,
            INVESTIGATED,
            FunctionNode(
                "report",
                "make_report",
                input=f"{{'analyst': '{analyst}', 'as_of': told.as_of, 'findings': findings, "
                "'company': told.name, 'charts': charts.value, 'case': input.case, "
                "'investigation': None if investigated == None else investigated.value}",
            ),
        ),
    )


def _round(analyst: str) -> Node:
    """Return one round: what is asked for next, brought by collectors side by side."""
    return Sequence(
        "asked",
        steps=(
            AgentNode("asks", f"{analyst}_asks", input=_TASK % _BEFORE),
            Map(
                "collected",
                over="asks.wanted",
                do=ChildNode(
                    "collect",
                    "meeting_collector",
                    input="{'source': item.source, 'question': item.question, 'company': input.company}",
                    budget=COLLECTOR,
                ),
                items_max=WANTED_MAX,
            ),
            FunctionNode("known", "gather", input=f"{{'before': {_BEFORE}, 'collected': collected, 'asked': asks}}"),
        ),
    )
