"""What a trace shows of a migration: what goes on elsewhere keeps its spans, what is forgotten keeps them apart."""

from msgspec.structs import replace
from rpds import HashTrieMap, HashTrieSet

from holdfast.journal.events import RunMigrated
from holdfast.journal.fold.versions import moved
from holdfast.observability.span import Span, SpanStatus, span_id
from holdfast.observability.trace import Mark, Trace, closed, marked


def run_migrated(trace: Trace, event: RunMigrated, at: float) -> Trace:
    for span in reversed(trace.open_spans()):
        if moved(span.path, event.renamed, event.dropped) is None:
            trace = closed(trace, span, at, SpanStatus.CANCELLED)
    paths = {identity: _path(span, event, trace) for identity, span in trace.by_id.items()}
    run = trace.state.run
    ids = {identity: span_id(run, span.kind, paths[identity], span.attempt) for identity, span in trace.by_id.items()}
    by_id = HashTrieMap(
        {
            ids[identity]: replace(
                span,
                span_id=ids[identity],
                parent=None if span.parent is None else ids[span.parent],
                path=paths[identity],
                name=_name(span, paths[identity]),
            )
            for identity, span in trace.by_id.items()
        }
    )
    trace = replace(trace, by_id=by_id, open_ids=HashTrieSet(ids[identity] for identity in trace.open_ids))
    return marked(trace, Mark(at, "migrated", f"by {event.by}"))


def _path(span: Span, event: RunMigrated, trace: Trace) -> str:
    """Return the path it has from here on; what is forgotten may be done again, and must not take its place."""
    path = moved(span.path, event.renamed, event.dropped)
    return f"{span.path}~{len(trace.state.migrations)}" if path is None else path


def _name(span: Span, path: str) -> str:
    """Return the name of a node, which is the last part of its path; any other span keeps its own."""
    return path.rpartition("/")[2] if path != span.path and span.name == span.path.rpartition("/")[2] else span.name
