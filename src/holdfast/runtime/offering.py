"""An app as tools for other people's clients: the app, each of its agents, each of its own tools; a call is a run."""

from collections.abc import Mapping, Sequence
from functools import partial

import msgspec
from pydantic import TypeAdapter

from holdfast.integration.mcp.server.offer import REQUEST_ID, REQUEST_ID_SCHEMA, Offer, Report
from holdfast.integration.mcp.session import Answer
from holdfast.integration.tools.contract import Tool
from holdfast.integration.tools.faults import told
from holdfast.integration.tools.json_schema import Schema, flattened
from holdfast.integration.tools.stock.results import Results
from holdfast.integration.tools.variables import Variables
from holdfast.journal.events import ModelCalled, NodeEntered, StepIntended
from holdfast.journal.fold.state import RunState
from holdfast.kernel.effects import Effect
from holdfast.kernel.errors import HoldfastError, InputError
from holdfast.kernel.ids import digest
from holdfast.orchestration.application.app import App
from holdfast.orchestration.flow.nodes import AgentNode, ToolNode
from holdfast.orchestration.run.handle import Run
from holdfast.runtime.root import Runtime

RUN, ASK, CALL = "run_", "ask_", "call_"
INPUT = "input"
NAME_CHARACTERS_MAX = 64
WITHDRAWN = "its client withdrew the call"


class Offered(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is offered: the app whose run a call of it is."""

    name: str
    description: str
    app: App
    tool: Tool | None = None
    """If it is a single tool: its arguments are the run's input."""


def offered(app: App, only: Sequence[str] = ()) -> list[Offered]:
    """Return what ``app`` can offer, or what of it is named ``only``. Raises InputError for a name that is none of it.

    An agent or tool that needs what the app opens for its own input is left out, and so is a tool of another server:
    whoever wants that asks that server.
    """
    found = [
        Offered(name=RUN + app.name, description=f"Run the application {app.name}, and return its result.", app=app)
    ]
    found += [_agent(app, agent.name) for agent in app.agents if _is_free(agent.tools)]
    tools = {tool.name: tool for tool in (*app.tools, *(tool for agent in app.agents for tool in agent.tools))}
    found += [_tool(app, each) for each in tools.values() if each.source is None and _is_free((each,))]
    names = [each.name for each in found]
    if unknown := [name for name in only if name not in names]:
        raise InputError(
            f"expected something that app {app.name!r} offers, found {unknown[0]!r}: it has {', '.join(names)}"
        )
    return [each for each in found if not only or each.name in only]


def offers(runtime: Runtime, found: Sequence[Offered], tenant: str) -> list[Offer]:
    """Return ``found`` as tools, each call of which is a run in ``runtime``."""
    return [
        Offer(
            each.name,
            each.description,
            _parameters(each),
            partial(_begin, runtime, each, tenant),
            is_read_only=each.tool is not None and each.tool.effect in (Effect.PURE, Effect.READ),
        )
        for each in found
    ]


class RunBegun:
    """A run that a client waits for."""

    def __init__(self, run: Run) -> None:
        self._run = run

    async def finish(self, report: Report) -> Answer:
        """Follow it, and return what came of it; one that is parked waits for people here, and the client is told."""
        steps = 0
        async for entry in self._run.events():
            if words := _words(entry.event):
                steps += 1
                await report(float(steps), words)
        state = await self._run.wait()
        if state.outcome is not None and state.outcome.is_success:
            value = await self._run.value(state)
            text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
            return Answer(text, {"run": self._run.id, "result": value})
        return Answer(_ended_otherwise(state), {"run": self._run.id}, is_error=True)

    async def withdraw(self) -> None:
        """Ask for its end. What was done stays done, and what is in doubt stays to be settled."""
        await self._run.cancel(WITHDRAWN, by="mcp")


async def _begin(runtime: Runtime, each: Offered, tenant: str, arguments: Mapping[str, object]) -> RunBegun | Answer:
    given = dict(arguments)
    takes_own = each.tool is not None and REQUEST_ID in _properties(each.tool.parameters)
    request_id = None if takes_own else given.pop(REQUEST_ID, None)
    if request_id is not None and not isinstance(request_id, str):
        return Answer(f"expected {REQUEST_ID} to be text, found {request_id!r:.100}", is_error=True)
    if each.tool is None and given.keys() - {INPUT}:
        return Answer(f"expected the arguments {INPUT} and {REQUEST_ID}, found {', '.join(given)}", is_error=True)
    try:
        run = await runtime.start(
            each.app, given.get(INPUT) if each.tool is None else given, tenant=tenant, request_id=request_id
        )
    except HoldfastError as error:
        return Answer(str(error), is_error=True)
    return RunBegun(run)


def _agent(app: App, agent: str) -> Offered:
    made = App(
        ASK + agent,
        AgentNode(ASK + agent, agent),
        agents=[each for each in app.agents if each.name == agent],
        input=object,
        models=app.models,
        budget=app.budget,
        governed_by=app,
    )
    return Offered(name=ASK + agent, description=f"Ask the agent {agent}, and return its answer.", app=made)


def _tool(app: App, tool: Tool) -> Offered:
    name = CALL + tool.name
    if len(name) > NAME_CHARACTERS_MAX:
        name = CALL + digest(tool.name.encode())
    node = ToolNode(name, tool.name, INPUT)
    made = App(name, node, tools=[tool], input=dict[str, object], governed_by=app)
    return Offered(name=tool.name, description=tool.description, app=made, tool=tool)


def _is_free(tools: Sequence[Tool]) -> bool:
    """Whether these tools need nothing that only a run of the whole app has."""
    return not {kind for tool in tools for kind in tool.requires} - {Results, Variables}


def _parameters(each: Offered) -> Schema:
    if each.tool is not None:
        schema = each.tool.parameters
        return {**schema, "properties": {REQUEST_ID: REQUEST_ID_SCHEMA, **_properties(schema)}}
    shown = {} if each.app.input in (object, None) else flattened(TypeAdapter(each.app.input).json_schema())
    properties: Schema = {INPUT: shown, REQUEST_ID: REQUEST_ID_SCHEMA}
    return {"type": "object", "properties": properties, "required": [INPUT], "additionalProperties": False}


def _properties(schema: Schema) -> dict[str, object]:
    properties = schema.get("properties")
    return dict(properties) if isinstance(properties, dict) else {}


def _words(event: object) -> str:
    match event:
        case NodeEntered(node=node):
            return f"began {node}"
        case ModelCalled(node=node, turn=turn):
            return f"{node}: turn {turn}"
        case StepIntended(name=name):
            return f"calls {name}"
        case _:
            return ""


def _ended_otherwise(state: RunState) -> str:
    if state.outcome is None:
        return (
            f"run {state.run} is not over: {state.parked or 'it waits'}. Somebody where it runs has to see to it; "
            f"a call with the same {REQUEST_ID}, if it had one, then has its result"
        )
    reason = told(state.fault) if state.fault else "nothing more is known"
    return f"run {state.run} ended {state.outcome}\n{reason}"
