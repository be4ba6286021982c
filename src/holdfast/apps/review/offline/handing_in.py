"""The specialist's answer: findings with their evidence, what was not looked at, and notes."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from holdfast.apps.review.offline import plan
from holdfast.apps.review.offline.code import Code, evidence_at
from holdfast.apps.review.offline.fixes import fix_for
from holdfast.apps.review.offline.judgement import SECRETS, Dismissed, Judged
from holdfast.apps.review.offline.schema import Schema, fitted, properties
from holdfast.apps.review.offline.seen import Seen

Verdict = Judged | Dismissed
Gap = tuple[str, str]
"""What was not looked at, and why."""


def handed_in(seen: Seen, verdicts: Sequence[Verdict], code: Code, schema: Schema) -> object:
    """Return the answer as the schema wants it."""
    judged = sorted((verdict for verdict in verdicts if isinstance(verdict, Judged)), key=lambda one: one.order)
    findings = [finding for verdict in judged if (finding := _finding(verdict, code)) is not None]
    most = properties(schema).get("findings", {}).get("maxItems")
    kept = findings[:most] if isinstance(most, int) else findings
    gaps = list(dict.fromkeys([*_cut_off(len(findings) - len(kept)), *_gaps(seen)]))
    answer = {
        "findings": kept,
        "notes": _notes(seen, verdicts, len(judged) - len(findings)),
        "not_covered": [_named(gap) for gap in gaps],
        "not_audited": [_named(gap) for gap in dict.fromkeys(_not_audited(seen))],
    }
    return fitted(answer, schema)


def _finding(verdict: Judged, code: Code) -> dict[str, object] | None:
    """Return a finding as an answer has it; None if there is nothing to quote."""
    candidate = verdict.candidate
    is_secret = candidate.weakness in SECRETS
    lines: Mapping[int, str] = {} if is_secret else code.get(candidate.path, {})
    line, evidence = evidence_at(lines, candidate.line, candidate.last_line, [candidate.excerpt])
    if not evidence:
        return None
    return {
        "rule": candidate.rule,
        "title": candidate.title or candidate.rule,
        "severity": verdict.severity,
        "confidence": verdict.confidence,
        "path": candidate.path,
        "line": line,
        "end_line": candidate.last_line,
        "evidence": evidence,
        "message": " ".join((candidate.message or candidate.title or candidate.rule, *verdict.remarks)),
        "fix": fix_for(candidate.rule, candidate.weakness),
        "cwe": f"CWE-{candidate.weakness}" if candidate.weakness else None,
        "analysers": list(candidate.analysers),
    }


def _gaps(seen: Seen) -> Iterator[Gap]:
    for result in seen.results:
        if result.is_error and not result.may_retry and result.tool in (plan.LIST_FILES, plan.ANALYSE):
            yield str(result.arguments.get("name", result.tool)), f"it could not be run: {_first_line(result.value)}"
    for result in seen.of(plan.ANALYSE):
        if not result.is_error and not isinstance(result.value, Mapping):
            yield str(result.arguments.get("name", result.tool)), "its result could not be read to the end"
    for name in plan.unfinished(seen, plan.ANALYSE, plan.ANALYSER_PAGES_MAX):
        yield f"candidates of the analyser {name}", "it found more than were looked at, the worst first"
    for result in seen.of(plan.ANALYSE):
        for problem in result.items("problems"):
            if isinstance(problem, Mapping):
                said = (str(problem.get(key, "")) for key in ("reason", "detail"))
                yield str(problem.get("path", "")), " ".join(said).strip()
        for rule, count in _mapping(result.fields.get("left_out")).items():
            yield rule, f"{count} more were found than are told"


def _not_audited(seen: Seen) -> Iterator[Gap]:
    for result in seen.of(plan.ANALYSE):
        for item in result.items("not_audited"):
            if isinstance(item, Mapping):
                version = f" {item['version']}" if item.get("version") else ""
                yield f"{item.get('name')}{version}", str(item.get("reason") or "nobody looked it up")


def _notes(seen: Seen, verdicts: Sequence[Verdict], unquotable: int) -> list[str]:
    dismissed = Counter(verdict.why for verdict in verdicts if isinstance(verdict, Dismissed))
    notes = [f"{count} dismissed: {why}." for why, count in sorted(dismissed.items())]
    if unquotable:
        notes.append(f"{unquotable} left out: nothing of their line can be quoted.")
    analyses = seen.of(plan.ANALYSE)
    told = (_sentence(str(note)) for result in analyses for note in result.items("notes"))
    first_pages = [result for result in analyses if not result.arguments.get("cursor")]
    if suppressed := sum(_count(result.fields.get("suppressed")) for result in first_pages):
        notes.append(f"{suppressed} more are marked as accepted in the code.")
    return list(dict.fromkeys([*notes, *told]))


def _sentence(note: str) -> str:
    return f"{note[:1].upper()}{note[1:].rstrip('.')}."


def _cut_off(count: int) -> Iterable[Gap]:
    return [(f"{count} further findings", "an answer holds no more; these weigh least")] if count else []


def _named(gap: Gap) -> dict[str, str]:
    what, why = gap
    return {"what": what, "area": what, "why": why or "no reason was given", "reason": why}


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _count(value: object) -> int:
    return value if isinstance(value, int) else 0


def _first_line(value: object) -> str:
    lines = [line for line in str(value).splitlines() if line.startswith("message:")] or str(value).splitlines()
    return lines[0].removeprefix("message:").strip() if lines else "no reason was given"
