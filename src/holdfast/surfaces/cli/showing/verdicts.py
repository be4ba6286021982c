"""What policies have said of a run's calls, and how much its agents may do by themselves: for its page."""

from collections import Counter
from collections.abc import Iterator, Sequence

from rich.text import Text

from holdfast.kernel import paths
from holdfast.observability.span import Span, SpanKind, SpanStatus
from holdfast.surfaces.cli.showing.terminal import styled

POLICIES_SHOWN_MAX = 8
NONE_PERMITS = "no policy permits"


def verdict_facts(spans: Sequence[Span]) -> Iterator[tuple[str, Text]]:
    """Yield a line on levels of autonomy and one on policies, where there is anything to tell."""
    record = verdict_record(spans)
    if levels := record["autonomy"]:
        yield "autonomy", styled(", ".join(f"{node} {level}" for node, level in levels.items()))
    denied, passed = record["denied"], record["let_through"]
    told = [f"{name} denied {count}" for name, count in denied.items()]
    told += [f"{name} let {count} through" for name, count in passed.items()]
    if told:
        more = [f"and {len(told) - POLICIES_SHOWN_MAX} more"] if len(told) > POLICIES_SHOWN_MAX else []
        style = "yellow" if denied else ""
        yield "policies", styled(" · ".join((*told[:POLICIES_SHOWN_MAX], *more)), style=style)


def is_denied(span: Span) -> bool:
    """Whether policies denied the call."""
    return span.status is SpanStatus.REFUSED and span.attributes.stage == "authorised"


def verdict_record(spans: Sequence[Span]) -> dict[str, dict[str, int | str]]:
    """Return by node its level, and by policy how many calls it has let through and denied."""
    calls = [span for span in spans if span.kind is SpanKind.TOOL]
    levels: dict[str, int | str] = {
        paths.effect(span.path)[0]: span.attributes.autonomy for span in calls if span.attributes.autonomy
    }
    denied, passed = Counter[str](), Counter[str]()
    for span in calls:
        if is_denied(span):
            denied.update(span.attributes.policies or (NONE_PERMITS,))
        else:
            passed.update(span.attributes.policies)
    return {"autonomy": levels, "denied": dict(denied), "let_through": dict(passed)}
