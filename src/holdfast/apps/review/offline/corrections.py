"""What to do when an answer was not accepted: say it shorter, or leave out what was objected to."""

import re
from collections.abc import Mapping

import msgspec

from holdfast.apps.review.offline.schema import Schema, fitted
from holdfast.apps.review.offline.seen import Seen
from holdfast.kernel.tokens import estimate_tokens

ROOM = 0.8
"""How much of an output limit is used: tokens are only estimated."""

_LIMIT = re.compile(r"cut off\b.*?\blimit of (\d+) tokens", re.DOTALL)
_OBJECTION = re.compile(r"\bfindings\.(\d+)\b")


def corrected(answer: object, seen: Seen, schema: Schema) -> object:
    """Return ``answer`` as the complaints made so far ask for it."""
    if not isinstance(answer, Mapping):
        return answer
    findings = answer.get("findings")
    kept: dict[str, object] = dict(answer)
    if isinstance(findings, list):
        kept["findings"] = _without_objections(findings, seen.complaints)
    limits = [int(limit) for complaint in seen.complaints for limit in _LIMIT.findall(complaint)]
    if limits:
        kept = _shortened(kept, min(limits))
    if not limits and kept == answer:
        required = schema.get("required")
        kept = {name: value for name, value in kept.items() if isinstance(required, list) and name in required}
    return fitted(kept, schema)


def _without_objections(findings: list[object], complaints: tuple[str, ...]) -> list[object]:
    """Leave out the findings objected to; each complaint counts through the answer that was left by those before it."""
    for complaint in complaints:
        places = {int(place) for place in _OBJECTION.findall(complaint)}
        findings = [finding for place, finding in enumerate(findings) if place not in places]
    return findings


def _shortened(answer: dict[str, object], tokens_max: int) -> dict[str, object]:
    """Leave out what weighs least until the answer fits; say how much that was."""
    findings = answer.get("findings")
    rest = {**answer, "findings": [], "notes": "", "not_covered": [], "not_audited": []}
    room = tokens_max * ROOM - _tokens(rest)
    kept: list[object] = []
    for finding in findings if isinstance(findings, list) else []:
        room -= _tokens(finding)
        if room < 0:
            break
        kept.append(finding)
    left_out = len(findings if isinstance(findings, list) else []) - len(kept)
    what = f"{left_out} further findings"
    gap = {"what": what, "area": what, "why": "the output limit has no room for them", "reason": "no room"}
    return {**rest, "findings": kept, "not_covered": [gap] if left_out else []}


def _tokens(value: object) -> int:
    return estimate_tokens(msgspec.json.encode(value).decode())
