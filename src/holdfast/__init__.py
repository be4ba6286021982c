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
    "App": "holdfast.orchestration.app",
    "Ask": "holdfast.governance.verdict",
    "Asking": "holdfast.governance.verdict",
    "AtVersion": "holdfast.orchestration.cutting",
    "BeforeStep": "holdfast.orchestration.cutting",
    "BeforeTurn": "holdfast.orchestration.cutting",
    "Budget": "holdfast.kernel.limits",
    "CallRequest": "holdfast.governance.verdict",
    "Deny": "holdfast.governance.verdict",
    "DidNot": "holdfast.integration.tools.probe",
    "Effect": "holdfast.kernel.effects",
    "Escalation": "holdfast.governance.escalation",
    "Happened": "holdfast.integration.tools.probe",
    "HoldfastError": "holdfast.kernel.errors",
    "IdempotencyKey": "holdfast.integration.tools.contract",
    "OutcomeUnknown": "holdfast.integration.tools.contract",
    "Leases": "holdfast.integration.tools.leases",
    "Personal": "holdfast.governance.redaction.personal",
    "Private": "holdfast.integration.tools.private",
    "Provided": "holdfast.integration.tools.contract",
    "Prompt": "holdfast.prompts.prompt",
    "Returned": "holdfast.integration.tools.returned",
    "Ruling": "holdfast.journal.events.approvals",
    "Run": "holdfast.orchestration.handle",
    "RunFailed": "holdfast.kernel.errors",
    "Runtime": "holdfast.runtime",
    "Secret": "holdfast.integration.secrets.secret",
    "Shared": "holdfast.integration.tools.shared",
    "Settlement": "holdfast.kernel.outcomes",
    "StepFailed": "holdfast.kernel.errors",
    "Steps": "holdfast.orchestration.steps",
    "Threshold": "holdfast.governance.loop_thresholds",
    "Thresholds": "holdfast.governance.loop_thresholds",
    "ToolFailure": "holdfast.integration.tools.contract",
    "Versioned": "holdfast.integration.tools.shared",
    "Variables": "holdfast.integration.tools.variables",
    "Trust": "holdfast.kernel.provenance",
    "Unknown": "holdfast.integration.tools.probe",
    "script": "holdfast.orchestration.script",
    "mcp_server": "holdfast.integration.mcp.declare",
    "open_embeddings": "holdfast.runtime.embeddings",
    "open_sandbox": "holdfast.runtime.sandboxes",
    "run_python": "holdfast.integration.tools.stock.code",
    "tool": "holdfast.integration.tools.contract",
}

__all__ = ["__version__", *_HOMES]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'holdfast' has no attribute {name!r}: it offers {', '.join(sorted(_HOMES))}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
