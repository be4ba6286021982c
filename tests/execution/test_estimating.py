"""A request is as large as the model last said, and an estimate of what is new that learns from the model's reports."""

from holdfast.context.ratios import Ratios
from holdfast.execution.estimating import Estimates
from holdfast.execution.offered import Offered
from holdfast.integration.gateway.lines import Line
from holdfast.integration.gateway.port import ModelRequest, Offer
from holdfast.integration.gateway.scripted import ScriptedModel
from holdfast.journal.events import ModelCalled
from holdfast.journal.fold.agent_state import AgentState
from holdfast.kernel.ids import PayloadId
from holdfast.kernel.messages import Message, Reasoning, Reply, Role, StopReason, Text, ToolCall, Usage
from holdfast.kernel.tokens import unreturned_tokens
from tests.execution.talking import Shop, look_at
from tests.runtime.stage import Stage, desk, events_of, of_kind

OFFER = Offered(Offer(), b"", "o1", 200, 600)
LATER = AgentState(prompt_tokens=1_000, counted=PayloadId("reply"))


def test_of_a_first_request_all_is_estimated_and_the_offer_tells_it_from_others() -> None:
    estimates = Estimates(Ratios())
    for _ in range(30):
        assert estimates.of("a", "m", OFFER, AgentState(), 100).new == 300
        estimates.replied("a", Usage(input_tokens=600))
    assert estimates.of("a", "m", OFFER, AgentState(), 100).tokens_high == 600
    assert estimates.of("a", "m", OFFER, LATER, 100).tokens == 1_100


def test_later_only_what_is_new_is_estimated() -> None:
    estimates = Estimates(Ratios())
    for _ in range(30):
        estimates.of("a", "m", OFFER, LATER, 200)
        estimates.replied("a", Usage(input_tokens=1_300))
    estimate = estimates.of("b", "m", OFFER, LATER, 200)
    assert 1_290 <= estimate.tokens <= 1_300
    assert estimate.tokens_high == 1_300


def test_a_call_that_is_made_again_is_as_large_as_it_was() -> None:
    estimates = Estimates(Ratios())
    first = estimates.of("a", "m", OFFER, LATER, 200)
    again = AgentState(prompt_tokens=first.tokens)
    assert estimates.of("a", "m", OFFER, again, 0) == first
    assert Estimates(Ratios()).of("a", "m", OFFER, again, 0).tokens == first.tokens


def test_upon_what_was_only_estimated_nothing_is_learned() -> None:
    ratios = Ratios()
    estimates = Estimates(ratios)
    estimates.of("a", "m", OFFER, AgentState(prompt_tokens=1_000), 200)
    estimates.replied("a", Usage(input_tokens=9_000))
    assert ratios.of("m").mean == 1.0


def test_what_was_thought_and_is_not_handed_back_is_not_in_the_next_request() -> None:
    usage = Usage(100, 50, reasoning_tokens=30)
    said, thought = Text("hi"), Reasoning("hm")
    assert unreturned_tokens(Reply(Message(Role.ASSISTANT, (said,)), StopReason.END_TURN, usage, "m")) == 30
    assert unreturned_tokens(Reply(Message(Role.ASSISTANT, (thought, said)), StopReason.END_TURN, usage, "m")) == 0


async def test_what_a_process_has_learned_serves_its_next_runs_and_is_in_their_journals() -> None:
    def said(request: ModelRequest) -> Line:
        is_first = len(request.messages) == 2
        part = ToolCall("c1", "look", '{"at": "door"}') if is_first else Text("done")
        stop = StopReason.TOOL_USE if is_first else StopReason.END_TURN
        usage = Usage(input_tokens=900 if is_first else 990, output_tokens=30, reasoning_tokens=10)
        return Reply(Message(Role.ASSISTANT, (part,)), stop, usage, "m")

    stage, told, made = Stage(), [], desk(tools=[look_at(Shop())])
    async with stage.runtime(ScriptedModel(said)) as runtime:
        for _ in range(12):
            run = await runtime.start(made, "hello")
            await stage.ended(run)
            told.append(of_kind(await events_of(run), ModelCalled))
    (first, second), (last_first, last_second) = told[0], told[-1]
    assert first.tokens < 800 < last_first.tokens
    assert 900 + 30 - 10 < second.tokens < last_second.tokens
    assert second.tokens < 990 <= last_second.tokens_high
    assert all(called.tokens <= called.tokens_high for pair in told for called in pair)
