"""Every prompt gets what it asks for, and nothing that a repository says of itself can pass for the task."""

import re
from pathlib import Path

import pytest

from holdfast.apps.review.agents import ANALYSERS, SPECIALISTS, TRACER
from holdfast.apps.review.application import app
from holdfast.apps.review.flow import FLOW
from holdfast.apps.review.offline.seen import look_back
from holdfast.execution.agent import Agent
from holdfast.kernel.expression import parse
from holdfast.kernel.messages import Role
from holdfast.orchestration.flow.nodes import AgentNode, Node, children
from holdfast.prompts.prompt import Prompt
from tests.apps.review.planted import TREE
from tests.apps.review.reviewing import Eavesdropping, review
from tests.apps.review.source.trees import write


def agent_nodes(node: Node) -> list[AgentNode]:
    """Return the agent nodes of a flow."""
    return [node] if isinstance(node, AgentNode) else [one for below in children(node) for one in agent_nodes(below)]


@pytest.mark.parametrize("node", agent_nodes(FLOW), ids=lambda node: node.agent)
def test_the_flow_gives_every_agent_what_its_task_asks_for(node: AgentNode) -> None:
    agent = next(agent for agent in app.agents if agent.name == node.agent)
    given = parse(node.input or "input").evaluate(
        {
            "item": {"key": "a-1", "description": "3 files", "finding": {"rule": "r"}},
            "stock": {
                "project": {"summary": "s", "conventions": "c", "change": "all"},
                "whole": {"key": "the whole", "description": "3 files"},
            },
        }
    )
    assert isinstance(given, dict)
    assert isinstance(agent.task, Prompt)
    assert agent.task.variables == set(given)
    assert "{{" not in agent.task.render(given)


@pytest.mark.parametrize("agent", [*SPECIALISTS, TRACER], ids=lambda agent: agent.name)
def test_the_instructions_are_the_same_for_every_run(agent: Agent) -> None:
    assert isinstance(agent.prompt, Prompt)
    assert agent.prompt.variables == frozenset()


def test_every_specialist_has_instructions_of_its_own_and_its_own_analyser_alone() -> None:
    openings = {agent.prompt.text.splitlines()[0] for agent in SPECIALISTS if isinstance(agent.prompt, Prompt)}
    assert len(openings) == len(SPECIALISTS) == len(ANALYSERS)
    for agent in SPECIALISTS:
        tool = next(tool for tool in agent.tools if tool.name == "run_analyser")
        assert tool.parameters["properties"]["name"]["const"] == ANALYSERS[agent.name]  # type: ignore[index]  # a JSON Schema


async def test_what_a_project_says_of_itself_stands_behind_a_bar_and_is_never_filled_in(tmp_path: Path) -> None:
    overheard = Eavesdropping()

    await review(write(tmp_path / "code", TREE), models={"overheard": overheard}, model_for={"data": "overheard"})

    request = overheard.requests[0]
    task = next(message.text for message in request.messages if message.role is Role.USER)
    quoted = [line for line in task.splitlines() if line.startswith("  | ")]
    assert quoted == [f"  | {line}" for line in TREE["CONTRIBUTING.md"].splitlines()]
    assert re.findall(r"^Scope:.*$", task, re.MULTILINE) == ["Scope: app+3-1"]
    assert look_back(request.messages).scope == "app+3-1"
    assert "- linter: ruff (pyproject.toml)" in task
