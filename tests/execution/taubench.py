"""Recorded runs of a real agent (tau-bench, airline), to be lived through again by ours: same calls, same results."""

import gzip
import inspect
import json
import os
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from holdfast import Agent, Budget, Effect, Prompt, ToolFailure, tool
from holdfast.governance.loop_thresholds import DEFAULT, Thresholds
from holdfast.integration.gateway.lines import Line, answer, call, calls
from holdfast.integration.tools.contract import Tool

FOLDER = Path(os.environ.get("HOLDFAST_DATA", ""), "taubench")
RUNS = FOLDER / "gpt-4o-airline.tasks00-24.jsonl.gz"
needs_recordings = pytest.mark.skipif(
    not RUNS.is_file(), reason="recorded runs are looked for in the folder that HOLDFAST_DATA names"
)
READS = ("get_", "search_", "list_", "calculate", "think", "respond")
"""How tools begin that change nothing. To speak to the customer counts as one: contradictions are sought across it."""


@dataclass
class World:
    """What every tool gave when the run was recorded, tool by tool in the order of its calls."""

    results: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def give(self, name: str) -> str:
        result = self.results[name].pop(0)
        if result.startswith("Error"):
            raise ToolFailure(result)
        return result


@dataclass(frozen=True)
class Recorded:
    """One recorded run."""

    name: str
    is_good: bool
    """Whether it ended as the task wants."""
    messages: list[dict[str, Any]]

    @property
    def task(self) -> str:
        return str(self.messages[0]["content"])


@cache
def recorded() -> tuple[Recorded, ...]:
    """Return every recorded run."""
    with gzip.open(RUNS, "rt", encoding="utf-8") as lines:
        runs = [json.loads(line) for line in lines]
    return tuple(Recorded(f"task {run['task_id']}.{run['trial']}", run["reward"] >= 1, run["messages"]) for run in runs)


def agent_of(world: World, loops: Thresholds | None = DEFAULT) -> Agent:
    """Return the airline's agent, with its own policy and tools; what it says to the customer is a call as well."""
    schemas = json.loads((FOLDER / "tools_airline.json").read_text(encoding="utf-8"))
    told = [(each["function"]["name"], each["function"]) for each in schemas]
    tools = [
        _tool(name, schema["description"], list(schema["parameters"]["properties"]), world) for name, schema in told
    ]
    tools.append(_tool("respond", "Say something to the customer.", ["content"], world))
    policy = (FOLDER / "policy_airline.md").read_text(encoding="utf-8").replace("{{", "{ {")
    return Agent("desk", Prompt("airline", policy), model="scripted", tools=tools, budget=Budget(), loops=loops)


def script_of(run: Recorded, called: Callable[[str], str] = str) -> tuple[list[Line], World]:
    """Return what the model said, turn by turn, and what the world gave; ``called`` is what our tool of a name is."""
    return list(_lines(run.messages, called)), _world(run.messages)


def _tool(name: str, description: str, parameters: Sequence[str], world: World) -> Tool:
    async def function(**_arguments: object) -> str:
        return world.give(name)

    kind = inspect.Parameter.KEYWORD_ONLY
    asked = [inspect.Parameter(each, kind, default=None, annotation=object) for each in parameters]
    function.__signature__ = inspect.Signature(asked, return_annotation=str)  # type: ignore[attr-defined]
    function.__annotations__ = {**dict.fromkeys(parameters, object), "return": str}
    function.__doc__ = description
    return tool(effect=Effect.READ if name.startswith(READS) else Effect.UNSAFE, name=name)(function)


def _lines(messages: list[dict[str, Any]], called: Callable[[str], str]) -> Iterator[Line]:
    for place, message in enumerate(messages):
        if message["role"] != "assistant":
            continue
        text = message["content"] or ""
        asked = [each["function"] for each in message.get("tool_calls") or ()]
        if asked:
            yield calls(*(call(called(each["name"]), json.loads(each["arguments"])) for each in asked), text=text)
        elif place + 1 < len(messages):
            yield call("respond", {"content": text})
        else:
            yield answer(text)
    yield answer("done")


def _world(messages: list[dict[str, Any]]) -> World:
    world = World()
    for before, message in pairwise(messages):
        if message["role"] == "tool":
            world.results[message["name"]].append(str(message["content"]))
        elif message["role"] == "user" and before["role"] == "assistant":
            world.results["respond"].append(str(message["content"]))
    return world
