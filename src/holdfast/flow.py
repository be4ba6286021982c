"""The flow algebra, as applications import it."""

from holdfast.kernel.retry import Retry
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
    Saga,
    SagaStep,
    ScriptNode,
    Sequence,
    ToolNode,
    WaitNode,
)
from holdfast.orchestration.review import Criterion, Review, Unmet
from holdfast.orchestration.versions import Migrated, Migration, OnChange, RunView

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
    "Migrated",
    "Migration",
    "Node",
    "OnChange",
    "Option",
    "Parallel",
    "Retry",
    "Review",
    "RunView",
    "Saga",
    "SagaStep",
    "ScriptNode",
    "Sequence",
    "ToolNode",
    "Unmet",
    "WaitNode",
]
