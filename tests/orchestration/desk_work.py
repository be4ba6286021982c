"""An app whose result is reviewed: an essay that lacks sources, and someone who finds one more in each round."""

from typing import Any

from holdfast import App, Effect, IdempotencyKey, Provided, ToolFailure, tool
from holdfast.flow import Criterion, FunctionNode, Review, Sequence
from holdfast.journal.mail import Answer, answer_letter, encode_mail
from holdfast.journal.port import Letter
from holdfast.orchestration.flow.nodes import Node
from holdfast.orchestration.run.handle import Run
from tests.orchestration.world import World, one, three, two
from tests.runtime.stage import Stage

Essay = dict[str, Any]


@tool(effect=Effect.PURE)
def write(sources: list[str]) -> Essay:
    """Write an essay."""
    return {"text": "so it is", "sources": sources}


@tool(effect=Effect.KEYED, timeout_seconds=1_000)
async def mend(
    result: Essay,
    unmet: list[dict[str, str]],
    goes: str = "well",
    seconds: float = 0,
    *,
    key: IdempotencyKey,
    world: Provided[World],
) -> Essay:
    """Find one more source."""
    name = f"source {len(result['sources']) + 1}"
    world.keys[name].add(key)
    await world.act(name, goes, seconds)
    return {**result, "sources": [*result["sources"], name], "told": [each["criterion"] for each in unmet]}


@tool(effect=Effect.UNSAFE, timeout_seconds=1_000)
async def mend_once(result: Essay, seconds: float = 0, *, world: Provided[World]) -> Essay:
    """Find one more source, and never again."""
    await world.act("mend_once", "well", seconds)
    return {**result, "sources": [*result["sources"], "a source"]}


@tool(effect=Effect.PURE)
def look_over(result: Essay, goes: str = "well") -> list[Any]:
    """Find what is wrong with an essay."""
    if goes == "badly":
        raise ToolFailure("the reader is asleep")
    told: list[Any] = [f"{each} is made up" for each in result["sources"] if each.startswith("made up")]
    return told if goes == "well" else [{"criterion": "style", "expected": "wit", "found": "none"}, 7]


@tool(effect=Effect.PURE)
def count(result: Essay) -> int:
    """Give what is no list."""
    return len(result["sources"])


WRITE = FunctionNode("essay", "write", input="{'sources': input}")
CITES = Criterion("cites_sources", "len(result.sources) >= 2", otherwise="cite at least two sources")
MEND = FunctionNode("better", "mend", input="{'result': result, 'unmet': unmet}")
REVIEW = Review(criteria=(CITES,), revise=MEND, rounds_max=2)


def desk_app(world: World, review: Review | None = REVIEW, flow: Node = WRITE, **changes: Any) -> App:
    """Return the app, with this review."""
    functions = (write, mend, mend_once, look_over, count, one, two, three)
    return world.app(flow, review=review, functions=functions, **changes)


def in_steps(*steps: Node) -> Sequence:
    """Return a flow of several steps, called as the essay is."""
    return Sequence("essay", steps)


async def answered(stage: Stage, run: Run, choice: str, *, by: str = "Ann", note: str = "") -> None:
    """Answer the question the run asks, and have it driven."""
    state = await run.state()
    (path,) = state.questions
    question = state.nodes[path].question
    assert question is not None, "what is asked is a question"
    mail = Answer(path=path, number=question.number, choice=choice, by=by, note=note)
    stage.disk.post((Letter(answer_letter(path, question.number), run.id, encode_mail(mail)),), stage.clock.now())
    await run.resume()
