"""What a trace shows of graphs: their steps are nodes of their own; one that is found wanting is marked."""

from msgspec.structs import replace

from holdfast.journal.events import StepJudged
from holdfast.kernel import paths
from holdfast.observability.projection.nodes import node_span
from holdfast.observability.trace import Trace, changed, with_fault


def step_judged(trace: Trace, event: StepJudged, _at: float) -> Trace:
    span = node_span(trace, paths.below(event.node, event.step))
    return changed(trace, replace(span, attributes=with_fault(span.attributes, event.fault)))
