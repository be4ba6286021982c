"""Runs as JSON: the fields every ``--json`` output shares, and how JSON is written."""

import sys
from collections.abc import Mapping

import msgspec
from msgspec.structs import replace

from holdfast.journal.fold.state import RunState
from holdfast.observability.span import NOTHING_KNOWN, Span, trace_id
from holdfast.observability.totals import Totals
from holdfast.observability.trace import Trace
from holdfast.observability.usage import figures
from holdfast.orchestration.people.following import Entry


def write_json(value: object) -> None:
    """Write one JSON value on a line of its own."""
    sys.stdout.write(msgspec.json.encode(value).decode() + "\n")
    sys.stdout.flush()


def run_record(state: RunState, seconds: float, result: Mapping[str, object]) -> dict[str, object]:
    """Return a run as one object: what it is, how it stands, ``result`` (the app's own fields), what it took."""
    return {
        "run_id": state.run,
        "app": state.app,
        "title": state.title,
        "status": state.status,
        "outcome": state.outcome,
        "parked": state.parked,
        "fault": state.fault,
        **result,
        "usage": figures(state.spend),
        "seconds": round(seconds, 3),
    }


def trace_record(trace: Trace, told: Totals, left_out: int = 0) -> dict[str, object]:
    """Return a trace as one object: every span, the marks between them, the drivers, the totals.

    ``left_out`` is how many runs below are not in it.
    """
    return {
        "run_id": trace.state.run,
        "trace_id": trace_id(trace.state.run),
        "app": trace.state.app,
        "status": trace.state.status,
        "spans": [_span_record(span) for span in trace.spans],
        "marks": trace.marks,
        "drivers": trace.drivers,
        "totals": told,
        "runs_left_out": left_out,
    }


def _span_record(span: Span) -> dict[str, object]:
    """Return a span as an object, what it consumed told as everywhere: under ``usage``, by the same names."""
    attributes: dict[str, object] = msgspec.to_builtins(replace(span.attributes, spend=None))
    if span.attributes.spend is not None:
        attributes["usage"] = figures(span.attributes.spend)
    record: dict[str, object] = msgspec.to_builtins(replace(span, attributes=NOTHING_KNOWN))
    return {**record, "attributes": attributes}


def event_record(entry: Entry) -> dict[str, object]:
    """Return an event as one flat object: its version and instant, its tag under ``event``, its fields."""
    fields: dict[str, object] = msgspec.to_builtins(entry.event)
    return {"version": entry.version, "at": entry.at, **fields}
