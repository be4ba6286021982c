"""The review's steps after its agents: settle what the specialists found, conclude once the tracer has spoken."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from holdfast.apps.review.change.scope import keep_changed
from holdfast.apps.review.findings.answer import SpecialistAnswer, TraceVerdict, findings_from, gaps_from, trace_from
from holdfast.apps.review.findings.grounding import Dropped, ReadLines, count_dropped, ground
from holdfast.apps.review.findings.merging import merge
from holdfast.apps.review.findings.model import Finding, Gap
from holdfast.apps.review.findings.numbering import fingerprints
from holdfast.apps.review.findings.ranking import rank
from holdfast.apps.review.findings.tracing import needs_trace, settle
from holdfast.apps.review.workspace import Workspace
from holdfast.integration.tools.contract import Provided, tool
from holdfast.kernel.effects import Effect
from holdfast.kernel.errors import InputError

STEP_SECONDS = 600.0
TRACED_MAX = 40
"""How many critical findings are traced; the rest keep what the specialists said, and the report says so."""
FINDINGS_KEPT_MAX = 1_000
"""How many findings a report holds; how many more there were is said."""

Answers = Sequence[tuple[str, SpecialistAnswer]]


@tool(effect=Effect.READ, timeout_seconds=STEP_SECONDS)
def settle_findings(answers: dict[str, Any], *, workspace: Provided[Workspace]) -> dict[str, Any]:
    """Check every quote against the code, merge what several specialists saw, and rank what is left."""
    read = list(_answers(answers))
    claimed = [finding for name, answer in read for finding in findings_from(answer, name)]
    accepted, dropped = ground(claimed, _reader(workspace))
    outside: tuple[Dropped, ...] = ()
    if workspace.change is not None:
        accepted, outside = keep_changed(accepted, workspace.change)
    merged = rank(merge(accepted))
    ranked = merged[:FINDINGS_KEPT_MAX]
    critical = [(name, finding) for name, finding in _named(ranked) if needs_trace(finding)]
    traced, not_traced = critical[:TRACED_MAX], critical[TRACED_MAX:]
    keys = _keys([finding for _, finding in traced])
    return {
        "findings": _plain(ranked),
        "left_out": len(merged) - len(ranked),
        "critical": [
            {"id": name, "key": key, "finding": _for_tracer(finding)}
            for (name, finding), key in zip(traced, keys, strict=True)
        ],
        "not_traced": len(not_traced),
        "dropped": count_dropped((*dropped, *outside)),
        "not_covered": _plain(_once(gap for _, answer in read for gap in gaps_from(answer.not_covered))),
        "not_audited": _plain(_once(gap for _, answer in read for gap in gaps_from(answer.not_audited))),
        "notes": _notes(read),
    }


@tool(effect=Effect.READ, timeout_seconds=STEP_SECONDS)
def collect_remarks(
    stock: dict[str, Any], settled: dict[str, Any], *, workspace: Provided[Workspace]
) -> dict[str, Any]:
    """Put together what a reader must know beside the findings: what was left out, and what was noted."""
    has_changed = workspace.repository.inventory.digest != stock["digest"]
    return {
        "given": stock["given"],
        "dropped": settled["dropped"],
        "skipped": stock["skipped"],
        "not_covered": [*stock["not_covered"], *settled["not_covered"]],
        "not_audited": settled["not_audited"],
        "conventions": stock["conventions"],
        "notes": [*stock["notes"], *settled["notes"], *_limits_met(stock, settled, has_changed=has_changed)],
        "files": stock["files"],
        "lines": stock["lines"],
    }


@tool(effect=Effect.READ, timeout_seconds=STEP_SECONDS)
def conclude(
    settled: dict[str, Any],
    verdicts: list[dict[str, Any] | None] | None,
    remarks: dict[str, Any],
    *,
    workspace: Provided[Workspace],
) -> dict[str, Any]:
    """Put the tracer's verdicts beside the findings they are about, and rank them anew."""
    findings = msgspec.convert(settled["findings"], tuple[Finding, ...])
    traced = {
        critical["id"]: TraceVerdict.model_validate(verdict)
        for critical, verdict in zip(settled["critical"], verdicts or (), strict=False)
        if verdict is not None
    }
    read = _reader(workspace)
    judged = [
        settle(finding, trace_from(traced[name]), read) if name in traced else finding
        for name, finding in _named(findings)
    ]
    return {**remarks, "findings": _plain(rank(judged))}


def _limits_met(stock: Mapping[str, Any], settled: Mapping[str, Any], *, has_changed: bool) -> Iterator[str]:
    """Say what a reader would not see otherwise."""
    if settled["left_out"]:
        yield f"{settled['left_out']} more findings, all ranked below these, were left out"
    if stock["skipped_count"] > len(stock["skipped"]):
        yield f"{stock['skipped_count']} files were skipped; the first {len(stock['skipped'])} are named"
    if settled["not_traced"]:
        yield f"{settled['not_traced']} more critical findings were not traced: the limit is {TRACED_MAX}"
    if has_changed:
        yield "the code changed while it was reviewed: some findings may rest on what it was before"


def _plain(value: object) -> Any:
    """Return our own values as JSON data: what a step gives is data."""
    return msgspec.to_builtins(value, order="deterministic")


def _named(findings: tuple[Finding, ...]) -> Iterator[tuple[str, Finding]]:
    return zip(fingerprints(findings), findings, strict=True)


def _keys(findings: Sequence[Finding]) -> Iterator[str]:
    """Yield a key for the trace of each finding that tells a reader where it stands: ``server.py:17``."""
    seen = Counter[str]()
    for finding in findings:
        place = f"{finding.path.rpartition('/')[2]}:{finding.line}"
        seen[place] += 1
        yield place if seen[place] == 1 else f"{place}+{seen[place]}"


def _once(gaps: Iterator[Gap]) -> list[Gap]:
    """Return each gap once: several specialists stumble over the same file."""
    return list(dict.fromkeys(gaps))


def _notes(read: Answers) -> list[str]:
    """Return what the specialists noted; what one said of several parts stands once, with their number."""
    said = Counter((name, answer.notes) for name, answer in read if answer.notes)
    return [f"{name}{f' ({count} parts)' if count > 1 else ''}: {note}" for (name, note), count in said.items()]


def _answers(answers: Mapping[str, Any]) -> Iterator[tuple[str, SpecialistAnswer]]:
    """Every specialist's answers: a list for one that went over scopes, a single one, or nothing where all failed."""
    for name, given in sorted(answers.items()):
        for answer in given if isinstance(given, list) else (given,):
            if answer is not None:
                yield name, SpecialistAnswer.model_validate(answer)


def _for_tracer(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "title": finding.title,
        "severity": finding.severity,
        "confidence": finding.confidence,
        "path": finding.path,
        "line": finding.line,
        "end_line": finding.end_line,
        "evidence": finding.evidence,
        "message": finding.message,
        "cwe": finding.cwe,
    }


def _reader(workspace: Workspace) -> ReadLines:
    def read(path: str) -> tuple[str, ...] | None:
        try:
            return workspace.repository.lines(path)
        except InputError:
            return None

    return read
