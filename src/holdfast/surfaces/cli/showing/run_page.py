"""One run in full: what it is, how it stands and what to do, its nodes, its budget, its result."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from rich.console import Console
from rich.table import Table
from rich.text import Text

from holdfast.journal.fold.state import RunState
from holdfast.journal.mail import Drop
from holdfast.kernel import paths
from holdfast.observability.span import Span, SpanKind
from holdfast.observability.totals import Totals
from holdfast.observability.trace import Trace
from holdfast.observability.usage import figures, spend_below
from holdfast.orchestration.lifecycle import DEAD
from holdfast.orchestration.people.approvals import open_approvals
from holdfast.orchestration.people.questions import open_questions
from holdfast.orchestration.sagas.telling import sagas_of
from holdfast.surfaces.cli.showing.budget_lines import limits_taken, reserved_now
from holdfast.surfaces.cli.showing.circles import circle_lines, circle_records
from holdfast.surfaces.cli.showing.condition import Condition, advice
from holdfast.surfaces.cli.showing.forks import origin_facts, origin_record
from holdfast.surfaces.cli.showing.results import worded
from holdfast.surfaces.cli.showing.runs_table import Listed, print_runs, runs_records
from holdfast.surfaces.cli.showing.sagas import saga_lines
from holdfast.surfaces.cli.showing.sanitised_words import sanitised_lines, sanitised_records
from holdfast.surfaces.cli.showing.span_tree import rows
from holdfast.surfaces.cli.showing.terminal import clean, styled
from holdfast.surfaces.cli.showing.verdicts import verdict_facts, verdict_record
from holdfast.surfaces.cli.showing.versions import Registered, Version
from holdfast.surfaces.cli.showing.waterfall import SIGNS
from holdfast.surfaces.cli.showing.wording import consumed, counted, duration, instant, short_id, tokens

RESULT_CHARACTERS_MAX = 4_000
VARIABLE_CHARACTERS_MAX = 200
HASH_DIGITS = 12
NODES = frozenset({SpanKind.NODE})


class Shown(Protocol):
    """A run as it was found."""

    @property
    def trace(self) -> Trace: ...

    @property
    def totals(self) -> Totals: ...

    @property
    def stands(self) -> Condition: ...

    @property
    def now(self) -> float: ...

    @property
    def dropped(self) -> Drop | None: ...


def print_page(
    seen: Shown,
    version: Version,
    value: object,
    variables: Mapping[str, object],
    children: Sequence[Listed],
    forks: Sequence[Listed],
    console: Console,
    *,
    shows_all: bool,
) -> None:
    """Print everything about a run."""
    state = seen.trace.state
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="bright_black", no_wrap=True)
    facts.add_column(overflow="fold")
    for label, text in _facts(state, seen, version):
        facts.add_row(label, text)
    console.print(facts)
    _print_nodes(seen.trace, seen.now, console, shows_all=shows_all)
    for what, listed in (("child runs", children), ("forks", forks)):
        if listed:
            console.print()
            console.print(styled(what, style="bright_black"))
            print_runs(listed, seen.now, console)
    _print_definitions(seen.trace, console, shows_all=shows_all)
    for name, held in variables.items():
        console.print(styled(f"variable  {name} = {worded(held)[:VARIABLE_CHARACTERS_MAX]}"), soft_wrap=True)
    if value is not None:
        _print_value(value, console, shows_all=shows_all)


def page_record(
    seen: Shown, version: Version, children: Sequence[Listed] = (), forks: Sequence[Listed] = ()
) -> dict[str, object]:
    """Return what the page tells, beside the fields every run has, as JSON."""
    state, dropped = seen.trace.state, seen.dropped
    return {
        "condition": seen.stands,
        "totals": seen.totals,
        "budget": state.budget,
        "reserved": {"tokens": state.reserved, "usd": state.reserved_usd},
        "low": [low.limit for low in state.low],
        "policies": verdict_record(seen.trace.spans),
        "definitions": state.definitions,
        "version": version,
        "migrations": state.migrations,
        "models": state.models,
        "models_replied": _replied(seen.trace),
        "session": state.session,
        "user": state.user,
        "parent": state.parent,
        "request_id": state.request_id,
        "doubts": state.doubts,
        "questions": open_questions(state),
        "approvals": open_approvals(state),
        "retrying": state.retrying,
        "awaited": state.awaited,
        "requeues": state.requeues,
        "dropped": None if dropped is None else {"by": dropped.by, "note": dropped.note},
        "abandoned": state.abandoned,
        "unseen": state.unseen,
        "circles": circle_records(state),
        "sanitised": sanitised_records(seen.trace.spans),
        "reviews": [{"node": review.node, "at": review.at, "unmet": review.unmet} for review in state.reviews],
        "waived": state.waived,
        "sagas": sagas_of(state),
        "children": runs_records(children),
        "forks": runs_records(forks),
        **origin_record(state),
        "nodes": [_node_record(span, state, seen.now) for span in seen.trace.spans if span.kind is SpanKind.NODE],
    }


def _facts(state: RunState, seen: Shown, version: Version) -> Iterator[tuple[str, Text]]:
    told, stands, dropped = seen.totals, seen.stands, seen.dropped
    yield "run", styled(f"{state.run}  ({short_id(state.run)})")
    yield "app", styled(state.app, state.title)
    yield "version", styled(_version(version, state))
    yield "status", styled(_status(state, stands), style="bold")
    yield from origin_facts(state)
    yield from _waits(state, stands, dropped)
    yield from _troubles(state, seen.trace.spans)
    yield "began", styled(instant(state.started_at))
    yield "took", styled(f"{duration(told.seconds)}, of these {duration(told.seconds_active)} driven")
    yield "drivers", styled(f"{told.drivers}, {counted(told.interruptions, 'interruption')}")
    yield "consumed", styled(consumed(told.usage))
    if limits := list(limits_taken(state, told.usage, told.seconds)):
        yield "budget", styled(" · ".join(limits))
    if reserved := reserved_now(state):
        yield "reserved", styled(f"{reserved}, for calls whose reply is not known yet")
    yield from verdict_facts(seen.trace.spans)
    if state.low:
        yield "runs low", styled(", ".join(low.limit for low in state.low), style="yellow")
    told_of = (
        ("session", state.session),
        ("user", state.user),
        ("request", state.request_id),
        ("parent", state.parent),
    )
    for label, text in told_of:
        if text is not None:
            yield label, styled(text)


def _waits(state: RunState, stands: Condition, dropped: Drop | None) -> Iterator[tuple[str, Text]]:
    """What keeps it from going on, and what to do."""
    if state.parked is not None:
        yield "parked", styled(state.parked, style="yellow")
    if state.doubts:
        yield "in doubt", styled(", ".join(state.doubts), style="magenta")
    if asking := open_questions(state):
        yield "asks", styled(", ".join(asking), style="yellow")
    if approving := open_approvals(state):
        yield "needs a yes", styled(", ".join(approving), style="yellow")
    yield from _failing(state, dropped)
    is_dead = state.status in DEAD and state.parent is None and dropped is None
    root = state.nodes.get(state.app)
    if todo := advice(
        stands,
        short_id(state.run),
        has_doubts=bool(state.doubts),
        is_dead=is_dead,
        awaits_children=bool(state.awaits),
        has_failed_step=root is None or root.outcome is None or not root.outcome.is_success,
    ):
        yield "to do", styled(todo)


def _troubles(state: RunState, spans: Sequence[Span]) -> Iterator[tuple[str, Text]]:
    """What went wrong, was given up, or is not known."""
    if state.fault is not None:
        yield "fault", styled(f"{state.fault.kind}: {state.fault.message}", style="red")
    if state.reviews:
        yield "review", styled(_review(state))
    if state.cancel_reason is not None:
        waits = "" if state.is_over or not state.doubts else " (it ends once nothing is in doubt)"
        yield "cancelled", styled(f"{state.cancel_reason}{waits}")
    if state.abandoned:
        yield "abandoned", styled(", ".join(state.abandoned), style="magenta")
    for told in saga_lines(state):
        yield "saga", styled(told, style="red" if state.standing else "")
    for told in circle_lines(state):
        yield "in circles", styled(told, style="yellow")
    for told in sanitised_lines(spans):
        yield "result held", styled(told)
    for call in state.unseen:
        what = f"{paths.turn(call.node, call.turn)}, attempt {call.attempt}: {tokens(call.tokens)} tokens charged"
        yield "reply unseen", styled(f"{what} until 'holdfast reconcile {short_id(state.run)}' says how many it took")


def _failing(state: RunState, dropped: Drop | None) -> Iterator[tuple[str, Text]]:
    """Yield what waits to be tried again, and what people have decided on a run that failed."""
    for path in state.retrying:
        node = state.nodes[path]
        told_at = "" if node.retry_at is None else f", again at {instant(node.retry_at)}"
        why = "" if node.fault is None else f": {node.fault.message}"
        yield "retrying", styled(f"{path}, tried {counted(node.tries, 'time')}{told_at}{why}", style="yellow")
    if dropped is not None:
        yield "dropped", styled(f"by {dropped.by}" + (f": {dropped.note}" if dropped.note else ""))
    if state.requeues:
        yield "requeued", styled(counted(state.requeues, "time"))


def _version(version: Version, state: RunState) -> str:
    migrated = f", migrated by {', '.join(state.migrations)}" if state.migrations else ""
    return f"{version.version} ({_registered(version)}){migrated}"


def _registered(version: Version) -> str:
    match version.registered:
        case Registered.PRESENT:
            return "the present one"
        case Registered.OLDER:
            return f"an older one: since then {version.changed}"
        case Registered.OTHER:
            return f"not registered here: since then {version.changed}"
        case Registered.UNKNOWN:
            return "its app is not installed here"


def _status(state: RunState, stands: Condition) -> str:
    if state.outcome is not None:
        return f"{state.status} ({state.outcome})"
    return f"{state.status} ({stands})"


def _review(state: RunState) -> str:
    unmet = ", ".join(state.reviews[-1].unmet)
    rounds = f"round {len(state.reviews)}"
    if not unmet:
        return f"passed in {rounds}"
    return f"accepted in spite of {unmet}" if state.waived else f"{rounds}, unmet: {unmet}"


def _print_nodes(trace: Trace, now: float, console: Console, *, shows_all: bool) -> None:
    console.print()
    for row in rows(trace.spans, kinds=NODES, shows_all=shows_all):
        indent = "  " * row.depth
        if row.span is None:
            console.print(Text(f"{indent}… and {row.left_out:,} more: --all shows them", style="bright_black"))
            continue
        span = row.span
        sign, style = SIGNS[span.status]
        line = Text(indent).append(f"{sign} {clean(span.name)}", style=style)
        line.append(f"  {span.attributes.node_kind} · {span.status} · {duration(span.seconds(now))}")
        spend = spend_below(trace.state, span.path)
        if spend.turns:
            line.append(f" · {consumed(figures(spend))}", style="bright_black")
        if span.attributes.child is not None:
            line.append(f" · run {short_id(span.attributes.child)} of {span.attributes.child_app}")
        if span.attributes.is_inherited:
            line.append(" · inherited", style="bright_black")
        if span.attributes.error is not None:
            line.append(f" · {clean(span.attributes.error)}", style="red")
        console.print(line, soft_wrap=True)


def _node_record(span: Span, state: RunState, now: float) -> dict[str, object]:
    node = state.nodes.get(span.path)  # none of what is done again and has not begun
    return {
        "path": span.path,
        "kind": span.attributes.node_kind,
        "status": span.status,
        "seconds": round(span.seconds(now), 3),
        "usage": figures(spend_below(state, span.path)),
        "fault": None if node is None else node.fault,
        "child": span.attributes.child,
        "is_inherited": span.attributes.is_inherited,
    }


def _replied(trace: Trace) -> list[str]:
    """Return the models that replied, as those who serve them call them: a name may stand for any."""
    calls = (span.attributes for span in trace.spans if span.kind is SpanKind.MODEL)
    return sorted({call.model for call in calls if call.model and call.stop is not None})


def _print_definitions(trace: Trace, console: Console, *, shows_all: bool) -> None:
    state = trace.state
    console.print()
    models = ", ".join(f"{agent}: {model}" for agent, model in sorted(state.models.items()))
    if models:
        console.print(styled(f"models  {models}", style="bright_black"), soft_wrap=True)
    if others := set(_replied(trace)) - set(state.models.values()):
        console.print(styled(f"replied  {', '.join(sorted(others))}", style="bright_black"), soft_wrap=True)
    digests = (f"{name} {digest[:HASH_DIGITS]}" for name, digest in sorted(state.definitions.items()))
    told = (
        ", ".join(digests)
        if shows_all
        else f"{len(state.definitions)}, flow {state.definitions.get('flow', '?')[:HASH_DIGITS]}"
    )
    console.print(styled(f"definitions  {told}", style="bright_black"), soft_wrap=True)


def _print_value(value: object, console: Console, *, shows_all: bool) -> None:
    text = worded(value)
    console.print()
    console.print(clean(text if shows_all else text[:RESULT_CHARACTERS_MAX], keeps_lines=True), soft_wrap=True)
    if not shows_all and (rest := len(text) - RESULT_CHARACTERS_MAX) > 0:
        console.print(Text(f"… and {rest:,} characters more: --all shows them", style="bright_black"))
