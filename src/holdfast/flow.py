"""The flow algebra, as applications import it."""

from holdfast.orchestration.app import App
from holdfast.orchestration.flow import (
    AgentNode,
    Block,
    Branch,
    Case,
    FunctionNode,
    Join,
    Map,
    Node,
    Parallel,
    Sequence,
    ToolNode,
)

__all__ = [
    "AgentNode",
    "App",
    "Block",
    "Branch",
    "Case",
    "FunctionNode",
    "Join",
    "Map",
    "Node",
    "Parallel",
    "Sequence",
    "ToolNode",
]
