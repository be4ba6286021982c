"""The Cedar schema of an app: what its policies may name, made of what its agents and tools declare."""

from holdfast.governance.policy.circumstances import CIRCUMSTANCES
from holdfast.governance.policy.declared import ALWAYS_KNOWN, Declared, DeclaredTool
from holdfast.governance.policy.shapes import Field, RecordOf, cedar_type, quoted, record_of


def context_of(tool: DeclaredTool) -> RecordOf:
    """Return the record that is the context of its calls."""
    return RecordOf({"args": Field(record_of(tool.parameters)), **CIRCUMSTANCES})


def schema_of(declared: Declared) -> str:
    """Return the schema as text."""
    groups = dict.fromkeys((*ALWAYS_KNOWN, *(group for tool in declared.tools for group in tool.groups)))
    agents = ", ".join(quoted(agent.name) for agent in declared.agents)
    return "\n".join(
        (
            f"entity Agent enum [{agents}];" if agents else "entity Agent;",
            "entity Node;",
            f"entity App enum [{quoted(declared.app)}];",
            f"action {', '.join(quoted(group) for group in groups)};",
            *(_action(tool) for tool in declared.tools),
            "",
        )
    )


def _action(tool: DeclaredTool) -> str:
    groups = ", ".join(quoted(group) for group in tool.groups)
    context = cedar_type(context_of(tool))
    applies = f"principal: [Agent, Node], resource: [App], context: {context}"
    return f"action {quoted(tool.name)} in [{groups}] appliesTo {{ {applies} }};"
