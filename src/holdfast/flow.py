"""The flow algebra, as applications import it."""

from holdfast.orchestration.app import App
from holdfast.orchestration.flow import (
    AgentNode,
    Block,
    Branch,
    Case,
    ChildNode,
    DecisionNode,
    FunctionNode,
    Join,
    Map,
    Node,
    Option,
    Parallel,
    Retry,
    Sequence,
    ToolNode,
    WaitNode,
)
from holdfast.orchestration.review import Criterion, Review, Unmet

__all__ = [
    "AgentNode",
    "App",
    "Block",
    "Branch",
    "Case",
    "ChildNode",
    "Criterion",
    "DecisionNode",
    "FunctionNode",
    "Join",
    "Map",
    "Node",
    "Option",
    "Parallel",
    "Retry",
    "Review",
    "Sequence",
    "ToolNode",
    "Unmet",
    "WaitNode",
]
