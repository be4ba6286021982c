"""The report of a finished review: what the flow concluded, and what the run's state says about how it went. Pure."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from holdfast.apps.review.findings.model import Finding, Gap
from holdfast.apps.review.report.value import ReportStatus, ReviewReport, Totals
from holdfast.apps.review.workspace import ReviewInput
from holdfast.journal.fold.state import NodeState, RunState
from holdfast.kernel.outcomes import Outcome
from holdfast.version import VERSION

AGENT = "agent"
OFFLINE = "offline:"


def report_of(state: RunState, value: Mapping[str, Any]) -> ReviewReport:
    """Return the report of the review that ended in ``state`` with ``value``."""
    given = ReviewInput.model_validate(value["given"])
    failed = _failed(state)
    models = sorted(set(state.models.values()))
    return ReviewReport(
        run_id=state.run,
        root=given.path,
        title=Path(given.path).resolve().name or given.path,
        status=ReportStatus.PARTIAL if failed else ReportStatus.COMPLETE,
        model=", ".join(models),
        is_offline=all(model.startswith(OFFLINE) for model in models),
        findings=msgspec.convert(value["findings"], tuple[Finding, ...]),
        skipped=_gaps(value["skipped"]),
        not_covered=_gaps(value["not_covered"]),
        not_audited=_gaps(value["not_audited"]),
        failed=failed,
        dropped=value["dropped"],
        conventions=tuple(value["conventions"]),
        notes=tuple(value["notes"]),
        totals=_totals(state),
        resumed=state.drivers - 1,
        files_reviewed=value["files"],
        lines_reviewed=value["lines"],
        change=given.diff,
        version=VERSION,
    )


def _gaps(listed: object) -> tuple[Gap, ...]:
    return msgspec.convert(listed, tuple[Gap, ...])


def _failed(state: RunState) -> tuple[Gap, ...]:
    """The agents that did not get to an answer, in order of their names."""
    nodes = (node for node in state.nodes.values() if node.kind == AGENT and node.outcome is not Outcome.SUCCEEDED)
    return tuple(Gap(_name(node), _why(node)) for node in sorted(nodes, key=lambda node: node.path))


def _name(node: NodeState) -> str:
    return node.path.rpartition("/")[2]


def _why(node: NodeState) -> str:
    return node.fault.message if node.fault is not None else f"it ended {node.outcome or 'unfinished'}"


def _totals(state: RunState) -> Totals:
    spend = state.spend
    ended = state.ended_at if state.ended_at is not None else state.started_at
    return Totals(
        agents=sum(node.kind == AGENT for node in state.nodes.values()),
        turns=spend.turns,
        tool_calls=spend.tool_calls,
        input_tokens=spend.input_tokens,
        output_tokens=spend.output_tokens,
        cost_usd=None if spend.calls_of_unknown_cost else spend.usd,
        seconds=round(ended - state.started_at, 3),
    )
