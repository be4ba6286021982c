"""The flow algebra, as applications import it."""

from holdfast.orchestration.app import App
from holdfast.orchestration.flow import (
    AgentNode,
    Block,
    Branch,
    Case,
    DecisionNode,
    FunctionNode,
    Join,
    Map,
    Node,
    Option,
    Parallel,
    Sequence,
    ToolNode,
    WaitNode,
)

__all__ = [
    "AgentNode",
    "App",
    "Block",
    "Branch",
    "Case",
    "DecisionNode",
    "FunctionNode",
    "Join",
    "Map",
    "Node",
    "Option",
    "Parallel",
    "Sequence",
    "ToolNode",
    "WaitNode",
]
