"""What is declared wrongly is found when it is declared; what decides the behaviour is in the hash."""

from pathlib import Path
from typing import Any

import pytest

from holdfast import Agent, Budget, Effect, Prompt, tool
from holdfast.kernel.errors import DefinitionError, ExpressionError
from tests.runtime.stage import GREETING, desk


@tool(effect=Effect.READ)
async def look(at: str) -> str:
    """Look at something."""
    return at


def plain(at: str) -> str:
    """Not decorated."""
    return at


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"name": "The Desk"}, "agent name 'The Desk' cannot stand in a step path"),
        ({"output_tokens_max": 0}, "agent 'desk': expected output_tokens_max of at least 1, found 0"),
        ({"model_attempts_max": 0}, "agent 'desk': expected model_attempts_max of at least 1, found 0"),
        ({"corrections_max": -1}, "agent 'desk': expected corrections_max of at least 0, found -1"),
        ({"tools": [plain]}, "decorate it with @tool"),
        ({"prompt": "nowhere.md"}, "expected a prompt file at"),
        ({"prompt": Prompt("p", "Say {{ name + }}")}, "prompt 'p': "),
        ({"task": Prompt("t", "Say {{ name")}, "prompt 't': expected every '{{' to have its '}}'"),
        ({"output": object()}, "expected an output type that has a JSON Schema"),
    ],
)
def test_what_is_declared_wrongly_is_refused(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        desk(**changes)
    assert told in str(refused.value)


def test_a_relative_prompt_lies_beside_the_file_that_declares_the_agent(tmp_path: Path) -> None:
    (tmp_path / "desk.md").write_text("You are a desk.\n", encoding="utf-8")
    (tmp_path / "agents.py").write_text("from holdfast import Agent\ndesk = Agent('desk', 'desk.md', 'm')\n")
    names: dict[str, Any] = {"__file__": str(tmp_path / "agents.py")}
    exec(compile((tmp_path / "agents.py").read_text(), "agents.py", "exec"), names)
    assert names["desk"].system == Prompt("desk", "You are a desk.\n")


def test_a_prompt_that_does_not_parse_is_an_expression_error() -> None:
    with pytest.raises(ExpressionError):
        desk(prompt=Prompt("p", "{{ }}"))


def test_the_same_agent_has_the_same_hash() -> None:
    assert desk().content_hash == desk().content_hash
    assert desk(tools=[look]).content_hash == desk(tools=(look,)).content_hash


@pytest.mark.parametrize(
    "changes",
    [
        {"prompt": Prompt("desk", "You are another desk.")},
        {"task": Prompt("task", "{{ input }}")},
        {"tools": [look]},
        {"output": int},
        {"budget": Budget(turns=1)},
        {"output_tokens_max": 7},
        {"corrections_max": 7},
        {"model_attempts_max": 7},
    ],
)
def test_whatever_decides_the_behaviour_changes_the_hash(changes: dict[str, Any]) -> None:
    assert desk(**changes).content_hash != desk().content_hash


def test_the_model_is_the_run_s_choice_and_not_part_of_the_hash() -> None:
    assert Agent("desk", GREETING, "large").content_hash == Agent("desk", GREETING, "small").content_hash
