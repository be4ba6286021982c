"""The real airline and retail servers, each over the database of the recorded runs, and what an agent did with them."""

import gzip
import hashlib
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from holdfast import Agent, Budget, Effect, Prompt, Runtime, tool
from holdfast.integration.gateway.lines import Line
from holdfast.integration.gateway.scripted import ScriptedModel
from holdfast.integration.mcp.pinning import first_pins
from holdfast.integration.mcp.pins import Reach, ServerPins
from holdfast.integration.mcp.source import McpServer
from holdfast.integration.tools.contract import Tool
from holdfast.journal.events import StepEnded
from holdfast.kernel.messages import ToolResult
from holdfast.kernel.messages_codec import decode_message
from holdfast.runtime.servers import offered_by
from tests.execution.taubench import FOLDER, READS
from tests.integration.mcp.wares import declared

STATE_KEY = "tau2/{domain}/recorded"
CONTROLS = ("reset_state", "get_call_log")
"""Tools that are the bench's own, not the agent's."""


@dataclass(frozen=True)
class Step:
    """One call: how it ended by our journal, and what the server wrote down of it."""

    name: str
    is_error: bool
    told: str
    """What the model was shown."""
    arguments: dict[str, Any]
    content: str
    """The tool's own result, or its error, by the server's log."""

    @property
    def is_shown_whole_or_begun(self) -> bool:
        """Whether the model was shown what the server gave: all of it, or, if it is long, how it begins."""
        whole, note, _ = self.told.partition("\n[the result goes on: ")
        if note:
            return whole.startswith('{"ok": true') and f'"tool": "{self.name}"' in whole
        message: dict[str, Any] = json.loads(whole)["tau2_tool_message"]
        return bool(message["content"] == self.content)


class Tau2:
    """A server of a world that starts as the recorded runs found it."""

    def __init__(self, domain: str, folder: Path) -> None:
        self.domain, self.folder = domain, folder
        self._key = STATE_KEY.format(domain=domain)
        (folder / self.state_file).write_bytes(_first_state(domain))

    async def tools(self) -> tuple[Tool, ...]:
        """The agent's tools, as an operator declares them: the key of the world is fixed, reads are reads."""
        variable = f"TAU2_{self.domain.upper()}_MCP_STATE_DIR"
        program = Path(sys.executable).parent / f"tau2-{self.domain}-mcp"  # beside this Python, on the PATH or not
        reach = Reach(command=(str(program),), environment={variable: str(self.folder)})
        pins = _declared(await _pins(self.domain, reach), self._key)
        return McpServer(self.domain, pins).tools(*_business(pins))

    def log(self) -> list[dict[str, Any]]:
        """What the server wrote down of each call."""
        calls: list[dict[str, Any]] = json.loads((self.folder / self.state_file).read_bytes())["calls"]
        return calls

    @property
    def state_file(self) -> str:
        return hashlib.sha256(self._key.encode()).hexdigest() + ".json"


@tool(effect=Effect.PURE)
async def think(thought: str) -> str:
    """Think about something."""
    return ""


@tool(effect=Effect.READ)
async def respond(content: str) -> str:
    """Say something to the customer."""
    return "go on"


async def live(world: Tau2, lines: Sequence[Line], task: str) -> list[Step]:
    """Have an agent say these lines, and return what became of each call of the server's tools."""
    tools = await world.tools()
    agent = Agent(
        "desk", Prompt("desk", "Serve."), "scripted", tools=[*tools, think, respond], budget=Budget(), loops=None
    )
    async with Runtime.open("memory:", models={"scripted": ScriptedModel(lines)}) as runtime:
        run = await runtime.start(agent, task)
        state = await run.wait()
        assert state.status == "COMPLETE", (state.parked, state.fault)
        ended = [entry.event async for entry in run.events(follow=False) if isinstance(entry.event, StepEnded)]
        payloads = await run.payloads(state)
        shown = [decode_message(await payloads.fetch(each.shown)).parts[0] for each in ended if each.shown]
    ours = [part for part in shown if isinstance(part, ToolResult) and part.tool.startswith(world.domain)]
    log = world.log()
    assert len(ours) == len(log), "every call that is on record arrived, and nothing else did"
    return [
        Step(
            name=each["tau2_tool_call"]["name"],
            is_error=part.is_error,
            told=part.content,
            arguments=each["tau2_tool_call"]["arguments"],
            content=each["tau2_tool_message"]["content"],
        )
        for part, each in zip(ours, log, strict=True)
    ]


_known: dict[str, ServerPins] = {}


async def _pins(domain: str, reach: Reach) -> ServerPins:
    """Pin the server once; every world of it is reached in its own way."""
    if domain not in _known:
        _known[domain] = first_pins(domain, reach, await offered_by(domain, reach))
    return ServerPins(reach=reach, tools=_known[domain].tools)


def _declared(pins: ServerPins, key: str) -> ServerPins:
    said = {
        name: {
            "fixed": {"state_key": key},
            "effect": Effect.READ if name.startswith((*READS, "find_")) else Effect.UNSAFE,
        }
        for name in _business(pins)
    }
    return declared(pins, **said)


def _business(pins: ServerPins) -> list[str]:
    return [name for name in pins.by_name() if name not in CONTROLS]


@cache
def _first_state(domain: str) -> bytes:
    """Return the server's state file over the recorded database; there, a user does not repeat its own id."""
    with gzip.open(FOLDER / f"db_{domain}.json.gz", "rt", encoding="utf-8") as file:
        database = json.load(file)
    for user_id, user in database["users"].items():
        user.setdefault("user_id", user_id)
    return json.dumps({"domain": domain, "task_id": None, "db": database, "calls": []}).encode()
