"""What a model is shown, turn by turn: it only ever grows, and the journal has every byte of it."""

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast import Effect, Prompt, tool
from holdfast.integration.gateway.lines import answer, answer_json, call, calls, fail, stall, stop
from holdfast.integration.gateway.request import digest_of
from holdfast.integration.gateway.scripted import ScriptedModel
from holdfast.journal.events import ModelCalled, ModelReplied
from holdfast.kernel.messages import Message, Role, StopReason, ToolCall, ToolResult
from holdfast.kernel.messages_codec import decode_message
from holdfast.kernel.outcomes import ErrorKind, Outcome
from tests.execution.talking import Shop, events_after, look_at, texts
from tests.runtime.stage import Stage, desk, events_of, of_kind


async def test_the_first_turn_shows_the_system_prompt_and_the_input() -> None:
    model = ScriptedModel([answer("hi")])
    await events_after(model, desk())
    assert [(message.role, message.text) for message in model.requests[0].messages] == [
        (Role.SYSTEM, "You are a desk."),
        (Role.USER, "hello"),
    ]


async def test_prompts_are_filled_in_from_the_input() -> None:
    model = ScriptedModel([answer("hi")])
    agent = desk(prompt=Prompt("p", "You serve {{ customer }}."), task=Prompt("t", "Help with {{ orders }}."))
    await events_after(model, agent, {"customer": "Ann", "orders": [1, 2]})
    assert texts(model.requests[0]) == ["You serve Ann.", "Help with [1,2]."]


async def test_an_input_that_is_no_text_is_shown_as_json() -> None:
    model = ScriptedModel([answer("hi")])
    await events_after(model, desk(), {"b": 1, "a": None})
    assert texts(model.requests[0])[1] == '{"a":null,"b":1}'


async def test_a_value_that_a_prompt_misses_ends_the_agent_and_not_the_driver() -> None:
    model = ScriptedModel([answer("hi")])
    agent = desk(task=Prompt("task", "Help with {{ orders }}."))
    state, events = await events_after(model, agent, {"customer": "Ann"})
    assert state.fault is not None
    assert state.fault.kind is ErrorKind.EXPRESSION
    assert state.fault.message.startswith("prompt 'task': ")
    assert "orders" in state.fault.message
    assert model.requests == ()
    assert of_kind(events, ModelCalled) == []


async def test_the_whole_of_each_prompt_is_the_beginning_of_the_next() -> None:
    shop = Shop()
    script = [
        call("look", {"at": "door"}),
        stop(StopReason.PAUSE, "hm"),
        calls(call("look", {"at": "a"}), call("look", {"at": "b"})),
        answer("done"),
    ]
    model = ScriptedModel(script)
    await events_after(model, desk(tools=[look_at(shop)]))
    assert len(model.requests) == 4
    for before, after in zip(model.requests, model.requests[1:], strict=False):
        assert after.messages[: len(before.messages)] == before.messages
        assert after.offer == before.offer


LINES = st.sampled_from(
    [
        call("look", {"at": "door"}, text="let me see"),
        calls(call("look", {"at": "a"}), call("nothing", {}), call("look", {"on": 1})),
        stop(StopReason.PAUSE, "hm"),
        stop(StopReason.MAX_TOKENS, "so I"),
        answer_json("three"),
        fail("busy"),
    ]
)


@given(st.lists(LINES, max_size=6))
def test_each_prompt_can_be_rebuilt_from_the_journal_to_the_byte(lines: list[Any]) -> None:
    async def check() -> None:
        stage, model = Stage(), ScriptedModel([*lines, answer_json(3)])
        agent = desk(tools=[look_at(Shop())], output=int, corrections_max=9, model_attempts_max=9)
        async with stage.runtime(model) as runtime:
            run = await runtime.start(agent, "how many?")
            state = await stage.ended(run)
            assert state.outcome is Outcome.SUCCEEDED
            payloads = await run.payloads(state)
            prompt: tuple[Message, ...] = ()
            sent = list(model.requests)
            for event in of_kind(await events_of(run), ModelCalled):
                added = [decode_message(body) for body in await payloads.fetch_all(event.added)]
                assert (event.attempt > 1) <= (added == [])
                prompt += tuple(added)
                request = sent.pop(0)
                assert prompt == request.messages
                assert event.request == digest_of(request)
                assert (event.messages, event.output_tokens_max) == (len(prompt), request.output_tokens_max)
                assert event.tokens_max is not None
                assert event.tokens <= event.tokens_max
            assert sent == []

    asyncio.run(check())


async def test_a_restart_in_mid_conversation_changes_no_prompt() -> None:
    shop = Shop()
    agent = desk(tools=[look_at(shop)])
    whole = ScriptedModel([call("look", {"at": "door"}), answer("done")])
    await events_after(whole, agent)
    stage = Stage()
    first = ScriptedModel([call("look", {"at": "door"}), stall("do")])
    async with stage.runtime(first, apps=[agent]) as runtime:
        run = await runtime.start(agent, "hello")
        await stage.clock.advance(1)
    second = ScriptedModel([call("look", {"at": "door"}), answer("done")])
    async with stage.runtime(second, apps=[agent]) as runtime:
        assert await stage.result(await runtime.run(run.id)) == "done"
    assert second.requests[-1].messages == first.requests[-1].messages == whole.requests[-1].messages
    assert second.requests[-1].step == "desk/turn.2"


async def test_a_tool_that_raises_is_something_the_model_reads() -> None:
    @tool(effect=Effect.READ)
    async def look(at: str) -> str:
        """Look at something."""
        raise LookupError(f"there is no {at}")

    model = ScriptedModel([call("look", {"at": "door"}), answer("done")])
    state, _ = await events_after(model, desk(tools=[look]))
    assert state.outcome is Outcome.SUCCEEDED
    (result,) = model.requests[1].messages[-1].parts
    assert isinstance(result, ToolResult)
    assert result.is_error
    assert "LookupError: there is no door" in result.content


async def test_a_truncated_reply_is_asked_for_again_without_the_calls_that_were_in_it() -> None:
    shop = Shop()
    truncated = stop(StopReason.MAX_TOKENS, "let me")
    truncated = type(truncated)(truncated.text, call("look", {"at": "door"}).wanted, StopReason.MAX_TOKENS)
    model = ScriptedModel([truncated, answer("done")])
    _, events = await events_after(model, desk(tools=[look_at(shop)]))
    assert shop.looked == 0
    again = model.requests[1].messages
    assert [part for message in again for part in message.parts if isinstance(part, ToolCall)] == []
    assert [message.role for message in again[2:]] == [Role.ASSISTANT, Role.USER]
    assert again[2].text == "let me"
    assert "cut off at the output limit of 4096 tokens" in again[3].text
    assert [event.calls for event in of_kind(events, ModelReplied)] == [(), ()]


async def test_of_a_truncated_reply_that_held_nothing_but_calls_nothing_is_shown() -> None:
    cut = call("look", {"at": "door"})
    model = ScriptedModel([type(cut)("", cut.wanted, StopReason.MAX_TOKENS), answer("done")])
    await events_after(model, desk(tools=[look_at(Shop())]))
    assert [message.role for message in model.requests[1].messages[2:]] == [Role.USER]


async def test_an_answer_that_does_not_fit_is_asked_for_again_with_what_is_wrong() -> None:
    model = ScriptedModel([answer("three"), answer_json(3)])
    state, _ = await events_after(model, desk(output=int))
    assert state.outcome is Outcome.SUCCEEDED
    assert "it is not JSON" in model.requests[1].messages[-1].text


async def test_corrections_have_an_end() -> None:
    model = ScriptedModel([answer("three")] * 9)
    state, _ = await events_after(model, desk(output=int, corrections_max=2))
    assert state.fault is not None
    assert state.fault.kind is ErrorKind.BAD_ANSWER
    assert len(model.requests) == 3


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        (StopReason.REFUSAL, ErrorKind.REFUSED_BY_MODEL),
        (StopReason.CONTENT_FILTER, ErrorKind.CONTENT_FILTER),
        (StopReason.CONTEXT_FULL, ErrorKind.CONTEXT_TOO_LONG),
        (StopReason.OTHER, ErrorKind.MODEL_FAILED),
    ],
)
async def test_a_refusal_ends_the_agent_at_once(reason: StopReason, kind: ErrorKind) -> None:
    model = ScriptedModel([stop(reason, "no"), answer("yes")])
    state, _ = await events_after(model, desk())
    assert (state.status, state.outcome) == ("FAILED", Outcome.FAILED)
    assert state.fault is not None
    assert state.fault.kind is kind
    assert len(model.requests) == 1


async def test_a_pause_goes_on_where_it_stopped() -> None:
    model = ScriptedModel([stop(StopReason.PAUSE, "hm"), answer("done")])
    state, _ = await events_after(model, desk())
    assert state.outcome is Outcome.SUCCEEDED
    assert texts(model.requests[1])[2:] == ["hm", "Continue where you stopped.\n"]
