"""Who may use which tool, as a Mermaid flowchart: callers left, tools right, what decides on the edges."""

from collections.abc import Sequence

from holdfast.kernel.effects import IRREVERSIBLE
from holdfast.orchestration.application.tool_map import Standing, Use
from holdfast.orchestration.draw.mermaid import escaped

_CLASSES = {
    "reads": "fill:#f1f3f5,stroke:#868e96,color:#000",
    "reversible": "fill:#fff3bf,stroke:#e67700,color:#000",
    "irreversible": "fill:#ffe3e3,stroke:#c92a2a,color:#000",
}
_EDGES = {
    Standing.ALLOWED: "-->",
    Standing.DEPENDS: "-->",
    Standing.ASKS: "-.->",
    Standing.DENIED: "--x",
}
_RULES_SHOWN_MAX = 3


def draw_tools(uses: Sequence[Use]) -> str:
    """Return the text of a Mermaid flowchart. Ids are numbers, so no name can break the syntax."""
    callers = {use.caller: f"c{number}" for number, use in enumerate({use.caller: use for use in uses}.values())}
    tools = {name: f"t{number}" for number, name in enumerate(dict.fromkeys(use.tool for use in uses))}
    first = {use.caller: use for use in reversed(uses)}
    lines = [f'  {identity}(["{_caller(first[name])}"])' for name, identity in callers.items()]
    of_tool = {use.tool: use for use in reversed(uses)}
    lines += [f'  {identity}["{_tool(of_tool[name])}"]' for name, identity in tools.items()]
    lines += [f"  {callers[use.caller]} {_edge(use)} {tools[use.tool]}" for use in uses]
    for kind, style in _CLASSES.items():
        members = [identity for name, identity in tools.items() if _kind(of_tool[name]) == kind]
        lines += [f"  classDef {kind} {style}", f"  class {','.join(members)} {kind}"] if members else []
    return "\n".join(["flowchart LR", *lines]) + "\n"


def _caller(use: Use) -> str:
    return escaped(f"{use.caller} · {use.autonomy}" if use.autonomy else use.caller)


def _tool(use: Use) -> str:
    return escaped(" · ".join(each for each in (use.tool, use.effect.value, use.reversibility) if each))


def _edge(use: Use) -> str:
    names = [rule.policy for rule in use.rules]
    more = [f"{len(names) - _RULES_SHOWN_MAX} more"] if len(names) > _RULES_SHOWN_MAX else []
    told = ", ".join((*names[:_RULES_SHOWN_MAX], *more))
    label = f"{use.standing}: {told}" if told else use.standing.value
    return f'{_EDGES[use.standing]}|"{escaped(label)}"|'


def _kind(use: Use) -> str:
    if use.reversibility is None:
        return "reads"
    return "irreversible" if use.reversibility == IRREVERSIBLE else "reversible"
