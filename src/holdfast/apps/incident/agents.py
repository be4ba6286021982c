"""Who investigates: three that look, one that supposes, one that tries to refute, one that explains."""

from holdfast.apps.incident.findings import Explanation, Hypotheses, Observations, Verdicts
from holdfast.execution.agent import Agent
from holdfast.integration.tools.contract import Tool
from holdfast.integration.tools.stock.sql.judge import Dialect
from holdfast.integration.tools.stock.sql.provided import provided_sql_tools
from holdfast.integration.tools.stock.sql.rows import SqlLimits
from holdfast.kernel.limits import Budget
from holdfast.prompts.prompt import shipped

OFFLINE = "offline:incident"
"""The stand-in that is used where no language model is named."""
BUDGET = Budget(turns=20, tool_calls=60, tokens=1_500_000)
OUTPUT_TOKENS_MAX = 16_000
LIMITS = SqlLimits(rows_max=400, result_bytes_max=60_000)

QUERIES = provided_sql_tools(Dialect.SQLITE, LIMITS)


def _agent(name: str, output: type, task: str, tools: tuple[Tool, ...] = ()) -> Agent:
    return Agent(
        name,
        prompt=shipped(f"apps/incident/{name}"),
        task=shipped(f"apps/incident/{task}"),
        model=OFFLINE,
        tools=tools,
        output=output,
        budget=BUDGET,
        output_tokens_max=OUTPUT_TOKENS_MAX,
    )


CHANGES = _agent("changes", Observations, "look_task", QUERIES)
LOGS = _agent("logs", Observations, "look_task", QUERIES)
METRICS = _agent("metrics", Observations, "look_task", QUERIES)
THEORIST = _agent("theorist", Hypotheses, "theorist_task")
TESTER = _agent("tester", Verdicts, "tester_task", QUERIES)
EXPLAINER = _agent("explainer", Explanation, "explainer_task", QUERIES)
AGENTS = (CHANGES, LOGS, METRICS, THEORIST, TESTER, EXPLAINER)
