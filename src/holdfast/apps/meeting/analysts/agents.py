"""The agents of an analyst: one asks collectors for what it needs to know, the other says what it means."""

from holdfast.apps.meeting.analysts.request import Asked
from holdfast.apps.meeting.findings.model import Findings
from holdfast.apps.meeting.offline.mind import NAME
from holdfast.execution.agent import Agent
from holdfast.integration.tools.stock.sql.judge import Dialect
from holdfast.integration.tools.stock.sql.provided import provided_sql_tools
from holdfast.integration.tools.stock.sql.rows import SqlLimits
from holdfast.kernel.limits import Budget
from holdfast.prompts.prompt import shipped

ROWS = SqlLimits(rows_max=100, result_bytes_max=20_000, seconds_max=5.0)
TOKENS_MAX = 8_000


def agents_of(name: str) -> tuple[Agent, Agent]:
    """Return the two agents of an analyst."""
    asks = Agent(
        f"{name}_asks",
        prompt=shipped("apps/meeting/analyst_asks"),
        task=shipped("apps/meeting/analyst_task"),
        model=NAME,
        output=Asked,
        budget=Budget(turns=4, tool_calls=0, tokens=100_000),
    )
    concludes = Agent(
        f"{name}_concludes",
        prompt=shipped("apps/meeting/analyst_concludes"),
        task=shipped("apps/meeting/analyst_task"),
        model=NAME,
        tools=provided_sql_tools(Dialect.SQLITE, ROWS),
        output=Findings,
        output_tokens_max=TOKENS_MAX,
        budget=Budget(turns=12, tool_calls=40, tokens=300_000),
    )
    return asks, concludes
