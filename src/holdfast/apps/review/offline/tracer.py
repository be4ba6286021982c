"""The tracer's part: follow one finding from the place it shows to where its value comes from, and give a verdict."""

import json
from collections.abc import Mapping

import msgspec

from holdfast.apps.review.offline import plan
from holdfast.apps.review.offline.callers import ABOVE_LINES, Callee, calls_of, read_around, sites_of
from holdfast.apps.review.offline.candidates import Candidate
from holdfast.apps.review.offline.code import code_in
from holdfast.apps.review.offline.flow import trail_of
from holdfast.apps.review.offline.idioms import Origin
from holdfast.apps.review.offline.judgement import FLOW
from holdfast.apps.review.offline.plan import Tools
from holdfast.apps.review.offline.schema import Schema, fitted
from holdfast.apps.review.offline.seen import Seen
from holdfast.apps.review.offline.verdict import verdict_on
from holdfast.integration.gateway.offline import Answer
from holdfast.integration.gateway.speech import Wanted

BELOW_LINES = 10
FURTHER_LINES = 140
"""How much more is read above where the head of the function was not reached."""


def trace(seen: Seen, tools: Tools, schema: Schema) -> Answer:
    """Return the next calls, or the verdict once the way is as clear as it gets."""
    finding = _finding_in(seen.task)
    if finding is None:
        return _handed_in(
            {"verdict": "unclear", "reasons": "The task names no finding with a path and a line."}, schema
        )
    if wanted := _around_the_sink(seen, tools, finding):
        return Answer("I read the place and what leads to it.", tuple(wanted))
    code = code_in(seen.of(plan.READ))
    lines = code.get(finding.path, {})
    trail = trail_of(lines, finding.line, finding.last_line) if finding.weakness in FLOW else None
    if trail is None or trail.origin is not Origin.PARAMETER:
        return _handed_in(verdict_on(finding, lines, trail, ()), schema)
    if wanted := plan.ask_who_calls(seen, tools, [trail.function]):
        return Answer(f"I look who calls {trail.function}.", tuple(wanted))
    callee = Callee(trail.function, finding.path, trail.is_method)
    places = calls_of(callee, seen)
    if wanted := read_around(places, seen, tools):
        return Answer("I read what they pass.", tuple(wanted))
    return _handed_in(verdict_on(finding, lines, trail, sites_of(callee, places, code)), schema)


def _finding_in(task: str) -> Candidate | None:
    """Return the finding that stands as JSON in the task."""
    decoder = json.JSONDecoder()
    start = task.find("{")
    while start >= 0:
        try:
            value, _ = decoder.raw_decode(task, start)
            finding = msgspec.convert({**value, "excerpt": value.get("evidence", "")}, Candidate, strict=False)
        except (ValueError, RecursionError, msgspec.ValidationError):
            start = task.find("{", start + 1)
        else:
            return finding
    return None


def _around_the_sink(seen: Seen, tools: Tools, finding: Candidate) -> list[Wanted]:
    """Read the place; then further up, once, if the head of its function was not in view."""
    if plan.READ not in tools:
        return []
    first = max(1, finding.line - ABOVE_LINES)
    near = plan.read_call(tools[plan.READ], finding.path, first, finding.last_line + BELOW_LINES)
    if wanted := plan.unasked(seen, [near, *plan.rests(seen, tools)]):
        return wanted
    lines = code_in(seen.of(plan.READ)).get(finding.path, {})
    if first == 1 or finding.weakness not in FLOW or trail_of(lines, finding.line, finding.last_line).is_whole:
        return []
    above = plan.read_call(tools[plan.READ], finding.path, max(1, first - FURTHER_LINES), first - 1)
    return plan.unasked(seen, [above])


def _handed_in(answer: Mapping[str, object], schema: Schema) -> Answer:
    return Answer(msgspec.json.encode(fitted(answer, schema)).decode())
