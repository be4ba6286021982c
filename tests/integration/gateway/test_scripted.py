"""The model that does what it is told."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.integration.gateway.lines import Line, answer, answer_json, call, calls, fail, stop
from holdfast.integration.gateway.port import ModelCallFailed, ModelRequest, Offer, TextDelta
from holdfast.integration.gateway.scripted import ScriptedModel
from holdfast.integration.gateway.speech import CHUNKS_MAX
from holdfast.kernel.errors import ModelError
from holdfast.kernel.messages import Message, Reply, Role, StopReason, Text, Usage, say
from holdfast.kernel.tokens import estimate_tokens, message_tokens
from tests.integration.gateway.asking import asked, replied, streamed


async def texts(model: ScriptedModel, *requests: ModelRequest) -> list[str]:
    return [(await replied(model, request)).message.text for request in requests]


async def test_lines_are_given_in_order() -> None:
    model = ScriptedModel([answer("one"), "two", answer_json({"three": 3})])
    turns = [asked("a", step=f"agent/turn.{turn}") for turn in (1, 2, 3)]
    assert await texts(model, *turns) == ["one", "two", '{"three":3}']
    assert model.requests == tuple(turns)


async def test_a_function_decides_by_the_request() -> None:
    def echo(request: ModelRequest) -> Line:
        return call("again") if request.messages[-1].text == "more" else f"heard {request.messages[-1].text}"

    model = ScriptedModel(echo)
    assert await texts(model, asked("a"), asked("b")) == ["heard a", "heard b"]
    assert (await replied(model, asked("more"))).stop is StopReason.TOOL_USE


async def test_agents_side_by_side_have_lines_of_their_own() -> None:
    model = ScriptedModel({"scan[a]": [answer("a1"), answer("a2")], "scan[b]": ["b1"], "scan[b]/turn.2": "b2"})
    requests = [asked(step=f"scan[{who}]/turn.{turn}") for turn in (1, 2) for who in "ba"]
    assert await texts(model, *requests) == ["b1", "a1", "b2", "a2"]


async def test_a_function_or_a_single_line_can_serve_a_whole_agent() -> None:
    model = ScriptedModel({"scan": lambda request: request.step, "sum": "always"})
    steps = ("scan/turn.1", "scan/turn.2", "sum/turn.1", "sum/turn.2")
    assert await texts(model, *(asked(step=step) for step in steps)) == [*steps[:2], "always", "always"]


async def test_out_of_lines_it_says_what_it_was_asked() -> None:
    model = ScriptedModel([answer("only")])
    await replied(model, asked("a"))
    with pytest.raises(ModelCallFailed) as failed:
        await replied(model, asked("And what now?", step="agent/turn.2"))
    assert isinstance(failed.value, ModelError)
    assert not failed.value.fault.retryable
    asked_what = "asked at 'agent/turn.2' after user said 'And what now?'"
    expected = f"the script of 'scripted' has no line after its 1; {asked_what}: add a line"
    assert failed.value.fault.message == expected


async def test_an_agent_without_lines_is_told_who_has_some() -> None:
    with pytest.raises(ModelCallFailed, match=r"speaks only of scan\[a\]; asked at 'scan\[b\]/turn.1'"):
        await replied(ScriptedModel({"scan[a]": ["x"]}), asked(step="scan[b]/turn.1"))


async def test_the_same_request_gets_the_same_reply_again() -> None:
    model = ScriptedModel([answer("one"), answer("two")])
    assert await texts(model, asked("a"), asked("a"), asked("b"), asked("b")) == ["one", "one", "two", "two"]


async def test_after_a_failure_the_same_request_gets_the_next_line() -> None:
    model = ScriptedModel([fail("overloaded"), ConnectionError("reset"), answer("at last")])
    for message in ("overloaded", "reset"):
        with pytest.raises((ModelCallFailed, ConnectionError), match=message):
            await replied(model, asked("a"))
    assert await texts(model, asked("a"), asked("a")) == ["at last", "at last"]


async def test_a_fresh_model_takes_a_resumed_agent_up_where_it_was() -> None:
    lines: list[Line] = [fail("overloaded"), answer("one"), fail("overloaded"), answer("two"), answer("three")]
    model = ScriptedModel({"agent": lines, "agent/turn.4": [answer("four")]})
    assert await texts(model, asked(step="agent/turn.3")) == ["three"]
    assert await texts(model, asked(step="agent/turn.4")) == ["four"]


async def test_call_ids_are_numbered_through_the_conversation() -> None:
    model = ScriptedModel([calls(call("a"), call("b", {"x": 1})), call("c")])
    first = await replied(model, asked("go"))
    assert [(one.call_id, one.tool) for one in first.message.calls] == [("call_1", "a"), ("call_2", "b")]
    second = await replied(model, asked("go", first.message))
    assert [one.call_id for one in second.message.calls] == ["call_3"]


async def test_a_reply_made_by_hand_is_given_as_it_is() -> None:
    reply = Reply(Message(Role.ASSISTANT, (Text("hm"),)), StopReason.REFUSAL, Usage(7, 3, cost_usd=0.5), "big")
    assert await streamed(ScriptedModel([reply]), asked()) == [TextDelta("hm"), reply]


async def test_usage_is_estimated_from_what_was_asked_and_said() -> None:
    request = asked(say(Role.SYSTEM, "Be brief."), "What is 6 times 7?", offer=Offer())
    usage = (await replied(ScriptedModel(["forty-two"]), request)).usage
    assert usage.input_tokens == sum(map(message_tokens, request.messages))
    assert usage.output_tokens >= estimate_tokens("forty-two")
    assert usage.cost_usd == 0.0
    offered = (await replied(ScriptedModel(["x"]), asked("hi"))).usage.input_tokens
    assert offered > (await replied(ScriptedModel(["x"]), asked("hi", offer=Offer()))).usage.input_tokens


async def test_a_reply_longer_than_allowed_is_cut_off_and_its_calls_are_lost() -> None:
    wordy = calls(call("read_lines", {"path": "a.py"}), text="word " * 500)
    reply = await replied(ScriptedModel([wordy]), asked(output_tokens_max=100))
    assert reply.stop is StopReason.MAX_TOKENS
    assert reply.message.calls == ()
    assert reply.usage.output_tokens == 100
    assert 0 < len(reply.message.text) < len("word " * 500)


async def test_a_stop_reason_can_be_named() -> None:
    reply = await replied(ScriptedModel([stop(StopReason.PAUSE, "thinking")]), asked())
    assert (reply.stop, reply.message.text) == (StopReason.PAUSE, "thinking")


@given(st.text(max_size=20_000), st.integers(1, 60))
def test_a_stream_is_the_text_in_a_bounded_number_of_chunks_and_then_the_reply(text: str, width: int) -> None:
    *deltas, reply = asyncio.run(streamed(ScriptedModel([answer(text)], chunk_characters=width), asked()))
    pieces = [delta.text for delta in deltas if isinstance(delta, TextDelta)]
    assert len(pieces) == len(deltas) <= CHUNKS_MAX
    assert "".join(pieces) == (reply.message.text if isinstance(reply, Reply) else None)
