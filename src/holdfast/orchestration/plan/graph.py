"""A plan as the graph that it stands for: the same value as one that a developer has composed."""

from holdfast.kernel.errors import DefinitionError, ExpressionError
from holdfast.kernel.expression import parse
from holdfast.orchestration.flow.nodes import AgentNode, FunctionNode, Graph, GraphStep, ToolNode
from holdfast.orchestration.plan.schema import Plan, PlanStep

TASK = "task"
"""By which name an agent is given its task, if it is given more than that."""
NESTING_MAX = 20


def graph_of(plan: Plan, name: str, at_once_max: int) -> Graph:
    """Return the graph. Raises DefinitionError for an argument that no expression can say."""
    return Graph(name, tuple(GraphStep(_node(step), step.after, step.holds) for step in plan.steps), at_once_max)


def input_of(step: PlanStep) -> str:
    """Return the expression for what the step is given.

    Each of the step's own expressions stands for its argument alone: one that would be two is none. Raises
    ExpressionError for that, DefinitionError for what no expression can say.
    """
    for name, text in step.arguments_from.items():
        check_stands_alone(text, f"{step.name}.{name}")
    if step.kind == "agent" and not (step.arguments or step.arguments_from):
        return literal(step.task or "", step.name)
    given = step.arguments if step.task is None else {TASK: step.task, **step.arguments}
    told = {name: literal(value, f"{step.name}.{name}") for name, value in given.items()} | step.arguments_from
    return f"{{{', '.join(f'{name!r}: ({text})' for name, text in told.items())}}}"


def check_stands_alone(text: str, where: str) -> None:
    """Raise ExpressionError unless ``text`` is an expression by itself."""
    try:
        parse(text)
    except ExpressionError as error:
        raise ExpressionError(f"{where}: {text!r:.200} does not parse: {error}") from error


def literal(value: object, where: str, depth: int = 1) -> str:
    """Return the expression that spells ``value``, which is plain data. Raises DefinitionError if it is too deep."""
    if depth > NESTING_MAX:
        raise DefinitionError(f"{where}: expected at most {NESTING_MAX} levels of lists and dicts, found more")
    match value:
        case dict():
            inner = (f"{str(key)!r}: {literal(each, where, depth + 1)}" for key, each in value.items())
            return f"{{{', '.join(inner)}}}"
        case list() | tuple():
            return f"[{', '.join(literal(each, where, depth + 1) for each in value)}]"
        case None | bool() | int() | float() | str():
            return repr(value)
        case _:
            raise DefinitionError(f"{where}: expected plain data, found {type(value).__name__}")


def _node(step: PlanStep) -> AgentNode | ToolNode | FunctionNode:
    match step.kind:
        case "agent":
            return AgentNode(step.name, step.uses, input_of(step))
        case "tool":
            return ToolNode(step.name, step.uses, input_of(step))
        case "function":
            return FunctionNode(step.name, step.uses, input_of(step))
