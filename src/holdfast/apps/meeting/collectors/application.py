"""The collector as an application: reach the source, choose the query, bring its rows."""

from typing import Any

from holdfast.apps.meeting.budgets import COLLECTOR as COLLECTOR_BUDGET
from holdfast.apps.meeting.collectors.request import Chosen, Collection, open_source
from holdfast.apps.meeting.company.company import Company
from holdfast.apps.meeting.findings.model import Table
from holdfast.apps.meeting.offline.mind import NAME, stand_in
from holdfast.execution.agent import Agent
from holdfast.flow import AgentNode, FunctionNode, Retry, Sequence
from holdfast.integration.tools.contract import Provided, ToolFailure, tool
from holdfast.integration.tools.stock.sql.database import Database
from holdfast.integration.tools.stock.sql.judge import Dialect
from holdfast.integration.tools.stock.sql.provided import provided_sql_tools
from holdfast.integration.tools.stock.sql.rows import SqlLimits
from holdfast.integration.tools.stock.sql.tools import stop_of
from holdfast.integration.tools.timing import Cancelled, Deadline
from holdfast.kernel.effects import Effect
from holdfast.orchestration.application.app import App
from holdfast.prompts.prompt import shipped

ROWS = SqlLimits(rows_max=200, result_bytes_max=20_000, seconds_max=5.0)
PATIENCE = Retry(attempts_max=3, seconds_first=0.2, seconds_max=2.0)
"""A system that is down for a moment is asked again; one that stays down ends the collection."""


@tool(effect=Effect.READ)
def reach(source: str, *, company: Provided[Company]) -> dict[str, Any]:
    """Say what a source holds. Fails while its system is down."""
    system = company.system_of(source)
    if company.is_down(system):
        raise ToolFailure(f"the {system} system is down: {source} cannot be read", retryable=True)
    (told,) = (each for each in company.sources((system,)) if each["source"] == source)
    return {**told, "as_of": company.about()["as_of"]}


@tool(effect=Effect.READ)
def bring(
    question: str,
    source: str,
    chosen: Chosen,
    *,
    database: Provided[Database],
    deadline: Provided[Deadline],
    cancelled: Provided[Cancelled],
) -> Table:
    """Return the rows of the query that was chosen. Fails if none was."""
    if chosen.statement is None:
        raise ToolFailure(f"{source} does not answer {question!r}: {chosen.note or 'no query was chosen'}")
    found = database.query(chosen.statement, chosen.parameters, ROWS, stop_of(deadline, cancelled))
    return Table(
        source=source,
        question=question,
        statement=chosen.statement,
        parameters=chosen.parameters,
        columns=found.columns,
        rows=found.rows,
        note="; ".join(filter(None, (chosen.note, found.left_out))),
    )


COLLECTOR = Agent(
    "collector",
    prompt=shipped("apps/meeting/collector"),
    task=shipped("apps/meeting/collector_task"),
    model=NAME,
    tools=provided_sql_tools(Dialect.SQLITE, ROWS),
    output=Chosen,
    budget=COLLECTOR_BUDGET,
)

FLOW = Sequence(
    "meeting_collector",
    steps=(
        FunctionNode("source", "reach", input="{'source': input.source}", retry=PATIENCE),
        AgentNode("query", "collector", input="{'question': input.question, 'source': source}"),
        FunctionNode("rows", "bring", input="{'question': input.question, 'source': input.source, 'chosen': query}"),
    ),
)


def _title(given: object) -> str:
    assert isinstance(given, Collection)
    return f"{given.source}: {given.question}"[:80]


app = App(
    "meeting_collector",
    FLOW,
    agents=(COLLECTOR,),
    functions=(reach, bring),
    input=Collection,
    resources=open_source,
    provides=frozenset((Company, Database)),
    models={NAME: stand_in},
    budget=COLLECTOR_BUDGET,
    title=_title,
)
