"""How graphs evolve."""

from msgspec.structs import replace

from holdfast.journal.events import StepJudged
from holdfast.journal.fold.graph_state import GraphState, Judged
from holdfast.journal.fold.nodes import entered, with_node
from holdfast.journal.fold.state import RunState


def step_judged(state: RunState, event: StepJudged, _at: float, version: int) -> RunState:
    node = entered(state, event.node)
    graph = node.graph or GraphState()
    others = tuple(each for each in graph.judged if each.step != event.step)
    graph = replace(graph, judged=(*others, Judged(event.step, version, event.fault)))
    return with_node(state, replace(node, graph=graph), version)
