"""LangGraph under measurement: a graph of two nodes on its own SQLite saver, as durable as it offers.

Runs in the environment that ``bench.environment`` makes, where there is no Holdfast.
"""

import operator
from itertools import count
from typing import Annotated, TypedDict

from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver  # type: ignore[import-not-found]  # see above
from langgraph.graph import END, START, StateGraph  # type: ignore[import-not-found]  # see above

from bench.durable.measure import Figures, Job, measure, report
from bench.durable.work import STEPS_PER_RUN, TURNS, Writer, reply_value, result_value

writer = Writer()


class State(TypedDict):
    """What the graph keeps; messages are appended, as its users write it."""

    turn: int
    messages: Annotated[list[dict[str, object]], operator.add]


async def model(state: State) -> dict[str, object]:
    return {"messages": [reply_value(writer, state["turn"])]}


async def tool(state: State) -> dict[str, object]:
    return {"messages": [result_value(writer, state["turn"])], "turn": state["turn"] + 1}


def is_over(state: State) -> str:
    return END if state["turn"] > TURNS else "model"


async def langgraph(job: Job) -> Figures:
    """Measure whole runs, each a thread of its own, every step saved before the next begins."""
    graph = StateGraph(State)
    graph.add_node("model", model)
    graph.add_node("tool", tool)
    graph.add_edge(START, "model")
    graph.add_edge("model", "tool")
    graph.add_conditional_edges("tool", is_over)
    numbers = count()
    async with AsyncSqliteSaver.from_conn_string(str(job.folder / "langgraph.db")) as saver:
        await saver.setup()
        compiled = graph.compile(checkpointer=saver)

        async def do_run() -> None:
            config = {"configurable": {"thread_id": f"{next(numbers)}"}, "recursion_limit": 2 * STEPS_PER_RUN}
            state = {"turn": 1, "messages": []}
            async for _ in compiled.astream(state, config, durability="sync", stream_mode="updates"):
                pass

        return await measure(job, do_run)


if __name__ == "__main__":
    report(langgraph)
