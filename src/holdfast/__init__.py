"""Holdfast: a runtime for LLM agents in production.

What applications use stands here. It is loaded when it is first named, so that ``import holdfast`` costs next to
nothing.
"""

from importlib import import_module

from holdfast.version import VERSION

__version__ = VERSION

_HOMES = {
    "Agent": "holdfast.execution.agent",
    "Alert": "holdfast.journal.alerts",
    "Autonomy": "holdfast.governance.autonomy",
    "Allow": "holdfast.governance.verdict",
    "Allowance": "holdfast.governance.allowance",
    "AllowanceLow": "holdfast.governance.purse",
    "AllowanceSpent": "holdfast.kernel.errors",
    "App": "holdfast.orchestration.application.app",
    "Ask": "holdfast.governance.verdict",
    "Asking": "holdfast.governance.verdict",
    "AtVersion": "holdfast.orchestration.past.cutting",
    "BeforeStep": "holdfast.orchestration.past.cutting",
    "BeforeTurn": "holdfast.orchestration.past.cutting",
    "Budget": "holdfast.kernel.limits",
    "CallRequest": "holdfast.governance.verdict",
    "Deny": "holdfast.governance.verdict",
    "DidNot": "holdfast.integration.tools.probe",
    "Effect": "holdfast.kernel.effects",
    "Escalation": "holdfast.governance.escalation",
    "FileLimits": "holdfast.integration.tools.stock.files.limits",
    "GlueLimits": "holdfast.integration.tools.stock.glue",
    "Happened": "holdfast.integration.tools.probe",
    "HoldfastError": "holdfast.kernel.errors",
    "HttpLimits": "holdfast.integration.tools.stock.http.exchange",
    "IdempotencyKey": "holdfast.integration.tools.contract",
    "OutcomeUnknown": "holdfast.integration.tools.contract",
    "Leases": "holdfast.integration.tools.leases",
    "Personal": "holdfast.governance.redaction.personal",
    "PostgresServer": "holdfast.integration.tools.stock.sql.postgres_server",
    "Private": "holdfast.integration.tools.private",
    "Publisher": "holdfast.integration.tools.publisher",
    "Topic": "holdfast.integration.tools.topic",
    "Provided": "holdfast.integration.tools.contract",
    "Prompt": "holdfast.prompts.prompt",
    "Returned": "holdfast.integration.tools.returned",
    "Ruling": "holdfast.journal.events.approvals",
    "Run": "holdfast.orchestration.run.handle",
    "RunFailed": "holdfast.kernel.errors",
    "Runtime": "holdfast.runtime",
    "Secret": "holdfast.integration.secrets.secret",
    "Shared": "holdfast.integration.tools.shared",
    "SqlLimits": "holdfast.integration.tools.stock.sql.rows",
    "SqliteFile": "holdfast.integration.tools.stock.sql.sqlite_file",
    "Settlement": "holdfast.kernel.outcomes",
    "StepFailed": "holdfast.kernel.errors",
    "Steps": "holdfast.orchestration.application.steps",
    "Threshold": "holdfast.governance.loop_thresholds",
    "Thresholds": "holdfast.governance.loop_thresholds",
    "ToolFailure": "holdfast.integration.tools.contract",
    "Versioned": "holdfast.integration.tools.shared",
    "Variables": "holdfast.integration.tools.variables",
    "Trust": "holdfast.kernel.provenance",
    "Unknown": "holdfast.integration.tools.probe",
    "calculate": "holdfast.integration.tools.stock.calculator",
    "clock_tool": "holdfast.integration.tools.stock.clock",
    "document_tools": "holdfast.integration.tools.stock.documents.tools",
    "file_tools": "holdfast.integration.tools.stock.files.tools",
    "http_tools": "holdfast.integration.tools.stock.http.tools",
    "script": "holdfast.orchestration.application.script",
    "mcp_server": "holdfast.integration.mcp.declare",
    "openapi": "holdfast.integration.openapi.declare",
    "GitHub": "holdfast.integration.connectors.github.github",
    "Slack": "holdfast.integration.connectors.slack.slack",
    "Basic": "holdfast.integration.http.auth",
    "Bearer": "holdfast.integration.http.auth",
    "HeaderKey": "holdfast.integration.http.auth",
    "open_embeddings": "holdfast.runtime.embeddings",
    "open_sandbox": "holdfast.runtime.sandboxes",
    "read_folder": "holdfast.integration.tools.stock.documents.tools",
    "run_glue": "holdfast.integration.tools.stock.glue",
    "run_python": "holdfast.integration.tools.stock.code",
    "sql_tools": "holdfast.integration.tools.stock.sql.tools",
    "tool": "holdfast.integration.tools.contract",
}

_EXTRAS = {"httpcore2": "http", "psycopg": "postgres", "pydantic_monty": "monty", "sqlglot": "sql"}
"""What brings the packages that only some of it needs."""

__all__ = ["__version__", *_HOMES]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'holdfast' has no attribute {name!r}: it offers {', '.join(sorted(_HOMES))}")
    try:
        return getattr(import_module(_HOMES[name]), name)
    except ModuleNotFoundError as error:
        if error.name not in _EXTRAS:
            raise
        told = f"holdfast.{name} needs {error.name}: pip install 'holdfast[{_EXTRAS[error.name]}]'"
        raise ModuleNotFoundError(told, name=error.name) from error


def __dir__() -> list[str]:
    return sorted(__all__)
