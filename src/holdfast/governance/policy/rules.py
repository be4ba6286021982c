"""Rules made of declarations: what an app's code says of its agents and tools, as policies like any other."""

from collections.abc import Iterator, Sequence

from holdfast.governance.autonomy import Autonomy
from holdfast.governance.policy.compile import compiled
from holdfast.governance.policy.declared import IRREVERSIBLES, WRITES, Declared, DeclaredAgent, DeclaredTool, Source
from holdfast.governance.policy.schema import context_of
from holdfast.governance.policy.shapes import quoted
from holdfast.governance.policy.terms import literal
from holdfast.kernel.errors import DefinitionError, ExpressionError
from holdfast.kernel.expression import parse

GRANTED, OWN_RESULTS, FUNCTIONS = "granted", "own-results", "functions"
SUGGESTS_ONLY = "this agent only suggests: say in your answer what should be done, and let a person do it"


def rules_of(declared: Declared, *, has_files: bool) -> tuple[Source, ...]:
    """Return the rules that ``declared`` comes to. Without policy files, what is granted is permitted.

    Raises DefinitionError for an expression that Cedar cannot say.
    """
    rules = [
        *([] if has_files else [_rule(GRANTED, "permit (principal, action, resource);")]),
        *_permitted(OWN_RESULTS, "principal", declared.own),
        *_permitted(FUNCTIONS, "principal is Node", declared.functions if has_files else ()),
        *(rule for agent in declared.agents for rule in _of_agent(agent)),
        *(rule for tool in declared.tools for rule in _of_tool(tool)),
    ]
    return (Source("declared", "\n".join(rules), is_generated=True),)


def _permitted(name: str, principal: str, actions: Sequence[str]) -> Iterator[str]:
    """Yield a rule that permits ``actions``, if there are any."""
    if actions:
        listed = ", ".join(f"Action::{quoted(action)}" for action in actions)
        yield _rule(name, f"permit ({principal}, action in [{listed}], resource);")


def _of_agent(agent: DeclaredAgent) -> Iterator[str]:
    principal, level = f"principal == Agent::{quoted(agent.name)}", agent.autonomy
    name = f"autonomy:{agent.name}:{level}"
    match level:
        case Autonomy.SUGGEST:
            scope = f"({principal}, action in Action::{quoted(WRITES)}, resource)"
            yield _rule(name, f"forbid {scope};", ("advice", SUGGESTS_ONLY))
        case Autonomy.CONFIRM | Autonomy.CHAINED:
            group = WRITES if level is Autonomy.CONFIRM else IRREVERSIBLES
            why = "it would change something" if level is Autonomy.CONFIRM else "it cannot be undone"
            yield _asking(name, f"({principal}, action in Action::{quoted(group)}, resource)", "", why)
        case Autonomy.AUTONOMOUS | None:
            pass
    if agent.ask_below_confidence is not None:
        scope = f"({principal}, action in Action::{quoted(WRITES)}, resource)"
        yield _unsure(f"confidence:agent:{agent.name}", scope, agent.ask_below_confidence)


def _of_tool(tool: DeclaredTool) -> Iterator[str]:
    scope = f"(principal, action == Action::{quoted(tool.name)}, resource)"
    if tool.ask_when is not None:
        try:
            condition = compiled(parse(tool.ask_when), context_of(tool))
        except ExpressionError as error:
            raise DefinitionError(f"tool {tool.name}: ask_when: {error}") from None
        yield _asking(f"ask_when:{tool.name}", scope, condition, tool.ask_when)
    if tool.ask_below_confidence is not None:
        yield _unsure(f"confidence:{tool.name}", scope, tool.ask_below_confidence)


def _unsure(name: str, scope: str, least: float) -> str:
    sure = f"context has confidence && context.confidence.greaterThanOrEqual({literal(float(least)).text})"
    return _asking(name, scope, f"!({sure})", f"it is less sure than {least:g}")


def _asking(name: str, scope: str, condition: str, reason: str) -> str:
    """Return a rule that asks where something else permits: by itself it permits nothing."""
    when = f" when {{ {condition} }}" if condition else ""
    return _rule(name, f"permit {scope}{when};", ("verdict", "ask_if_permitted"), ("reason", reason))


def _rule(name: str, text: str, *annotations: tuple[str, str]) -> str:
    told = "\n".join(f"@{key}({quoted(value)})" for key, value in (("id", name), *annotations))
    return f"{told}\n{text}\n"
