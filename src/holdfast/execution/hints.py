"""What an agent is told that goes in circles: behind the results of its calls, so the prefix stays as it was. Pure."""

from collections.abc import Iterator

from holdfast.execution.agent import Agent
from holdfast.integration.tools.stock.results import RESULT_TOOLS
from holdfast.journal.events.circles import Circle
from holdfast.journal.fold.agent_state import AgentState
from holdfast.kernel.messages import Message, Role, say
from holdfast.kernel.provenance import RUNTIME
from holdfast.prompts.prompt import shipped

HINTS = {circle: shipped(f"execution/circle_{circle}") for circle in Circle}
STRANGER = "a tool that you do not have"


def hints(agent: Agent, state: AgentState) -> Iterator[Message]:
    """Yield what is to be said of the circles that the calls of the last turn have made larger.

    It is said with the system's trust, so it quotes nothing that came from outside, nor what the model wrote: only the
    names of tools that the agent really has.
    """
    known = {tool.name for tool in (*agent.tools, *RESULT_TOOLS)}
    for found in state.trail.suspected:
        if found.turn == state.turn:
            tools = dict.fromkeys(name if name in known else STRANGER for name in found.tools)
            values = {"tools": ", ".join(tools), "count": found.count}
            yield say(Role.USER, HINTS[found.circle].render(values), RUNTIME)
