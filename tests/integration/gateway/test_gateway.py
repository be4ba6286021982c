"""The one door to models: one reply, one fault or one cancellation, whatever a provider does."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.integration.gateway.gateway import ERROR_CHARACTERS_MAX, Gateway
from holdfast.integration.gateway.lines import answer, call, fail, stall, stop
from holdfast.integration.gateway.port import Model, ModelCallFailed, ModelRequest, TextDelta
from holdfast.integration.gateway.replies import breach_of
from holdfast.integration.gateway.scripted import ScriptedModel
from holdfast.kernel.clock import SystemClock, VirtualClock
from holdfast.kernel.errors import DefinitionError, InputError
from holdfast.kernel.messages import Message, Reply, Role, StopReason, Text, ToolCall, Usage
from holdfast.kernel.outcomes import ErrorKind, Fault
from tests.integration.gateway.asking import Item, Odd, asked


def unheard(_text: str) -> None:
    """Nobody listens."""


def door(model: Model) -> Gateway:
    return Gateway({model.name: model}, SystemClock())


async def fault_of(model: Model) -> Fault:
    with pytest.raises(ModelCallFailed) as failed:
        await door(model).call(model.name, asked(), unheard)
    return failed.value.fault


def said(*parts: Text | ToolCall, stop: StopReason = StopReason.END_TURN, role: Role = Role.ASSISTANT) -> Reply:
    return Reply(Message(role, parts), stop, Usage(), "odd")


def yielding(*items: Item) -> Odd:
    async def items_in_order(_request: ModelRequest) -> AsyncIterator[Item]:
        for item in items:
            yield item

    return Odd(items_in_order)


async def test_a_call_gives_the_reply_and_tells_the_text_as_it_comes() -> None:
    heard: list[str] = []
    model = ScriptedModel([answer("one two three")], chunk_characters=4)
    reply = await door(model).call("scripted", asked(), heard.append)
    assert reply.message.text == "one two three" == "".join(heard)
    assert len(heard) == 4


async def test_an_unknown_model_is_named_with_the_nearest() -> None:
    gateway = Gateway({"offline:review": ScriptedModel([]), "other": ScriptedModel([])}, SystemClock())
    with pytest.raises(
        DefinitionError, match=r"'offline:reveiw': use offline:review, or a provider's as provider:model,"
    ):
        await gateway.call("offline:reveiw", asked(), unheard)
    with pytest.raises(DefinitionError, match=r"'x': use offline:review, other, or a provider's"):
        gateway.model("x")
    with pytest.raises(DefinitionError, match="a runtime that has models"):
        Gateway({}, SystemClock()).model("x")


async def test_a_stream_that_ends_without_a_reply_is_a_fault_worth_trying_again() -> None:
    for broken in (yielding(), yielding(TextDelta("half a sen"))):
        fault = await fault_of(broken)
        assert fault.kind is ErrorKind.MODEL_FAILED
        assert fault.retryable
        assert "found nothing" in fault.message


async def test_nothing_may_follow_the_reply() -> None:
    for more in (TextDelta("and"), said(Text("again"))):
        assert "to be the last" in (await fault_of(yielding(said(Text("done")), more))).message


async def test_stopping_to_use_tools_without_naming_one_is_a_fault() -> None:
    fault = await fault_of(yielding(said(Text("let me see"), stop=StopReason.TOOL_USE)))
    assert "expected tool calls" in fault.message


async def test_two_calls_with_one_id_are_a_fault() -> None:
    twice = ToolCall("c1", "read_lines", "{}")
    assert "used twice" in (await fault_of(yielding(said(twice, twice, stop=StopReason.TOOL_USE)))).message


async def test_a_reply_that_cannot_be_written_down_is_none() -> None:
    fault = await fault_of(yielding(said(Text("half \ud83d a character"))))
    assert "expected text in valid Unicode" in fault.message


async def test_a_reply_is_by_the_assistant() -> None:
    assert "by the user" in (await fault_of(yielding(said(Text("hi"), role=Role.USER)))).message


async def test_whole_calls_count_though_the_server_reports_the_end_of_the_turn() -> None:
    reply = await door(yielding(said(ToolCall("c1", "read_lines", "{}")))).call("odd", asked(), unheard)
    assert reply.stop is StopReason.TOOL_USE
    assert len(reply.message.calls) == 1


async def test_a_reply_that_was_cut_off_is_passed_on_as_it_is() -> None:
    cut_off = said(ToolCall("c1", "read_lines", '{"path": "src/a'), stop=StopReason.MAX_TOKENS)
    reply = await door(yielding(cut_off)).call("odd", asked(), unheard)
    assert reply == cut_off


@pytest.mark.parametrize("reason", [reason for reason in StopReason if reason is not StopReason.TOOL_USE])
async def test_every_stop_reason_reaches_the_caller(reason: StopReason) -> None:
    reply = await door(ScriptedModel([stop(reason, "so far")])).call("scripted", asked(), unheard)
    assert (reply.stop, reply.message.text) == (reason, "so far")


async def test_a_providers_own_fault_goes_through_as_it_is() -> None:
    fault = Fault(ErrorKind.REFUSED_BY_MODEL, "no")
    model = ScriptedModel([fail(fault, text="well", retry_after_seconds=7.0)])
    heard: list[str] = []
    with pytest.raises(ModelCallFailed) as failed:
        await door(model).call("scripted", asked(), heard.append)
    assert failed.value.fault == fault
    assert failed.value.retry_after_seconds == 7.0
    assert heard == ["well"]


async def test_whatever_a_provider_raises_becomes_a_bounded_fault() -> None:
    fault = await fault_of(ScriptedModel([ConnectionResetError("reset by peer\n" * 1_000)]))
    assert fault.kind is ErrorKind.MODEL_FAILED
    assert fault.retryable
    assert fault.message.startswith("model 'scripted' failed: ConnectionResetError: reset by peer reset")
    assert len(fault.message) < ERROR_CHARACTERS_MAX + 100


async def test_a_mistake_that_someone_must_mend_is_not_tried_again() -> None:
    fault = await fault_of(ScriptedModel([InputError("the key has no access to this model")]))
    assert not fault.retryable


async def test_a_model_that_breaks_before_it_streams_is_a_fault_too() -> None:
    class Broken:
        name = "broken"

        def stream(self, request: ModelRequest) -> AsyncIterator[Item]:
            raise OSError(f"cannot connect for {request.step}")

    assert "cannot connect" in (await fault_of(Broken())).message


async def test_a_listener_that_breaks_is_not_taken_for_the_model() -> None:
    def breaks(_text: str) -> None:
        raise RuntimeError("listener")

    with pytest.raises(RuntimeError, match="listener"):
        await door(ScriptedModel([answer("text")])).call("scripted", asked(), breaks)


async def test_cancelling_a_call_closes_the_stream() -> None:
    began = asyncio.Event()
    silent = ScriptedModel([stall("well")])
    model = Odd(silent.stream)
    task = asyncio.create_task(door(model).call("odd", asked(), lambda _: began.set()))
    await began.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert model.closed == 1


async def breaks_when_cancelled(request: ModelRequest) -> AsyncIterator[Item]:
    """Says something, then fails at letting go of its connection."""
    yield TextDelta(request.step)
    try:
        await asyncio.get_running_loop().create_future()
    except asyncio.CancelledError:
        raise OSError("already closed") from None


async def test_a_provider_that_fails_while_it_is_cancelled_cannot_hide_the_cancellation() -> None:
    began = asyncio.Event()
    task = asyncio.create_task(door(Odd(breaks_when_cancelled)).call("odd", asked(), lambda _: began.set()))
    await began.wait()
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_nor_can_it_hide_a_timeout() -> None:
    clock = VirtualClock()
    gateway = Gateway({"odd": Odd(breaks_when_cancelled)}, clock, reply_seconds=60)
    task = asyncio.create_task(gateway.call("odd", asked(), unheard))
    await clock.advance(60)
    with pytest.raises(ModelCallFailed, match="no whole reply within 60 s"):
        await task


async def test_a_provider_that_fails_at_closing_changes_neither_reply_nor_error() -> None:
    class Sticky:
        name = "sticky"

        async def stream(self, request: ModelRequest) -> AsyncIterator[Item]:
            try:
                yield TextDelta(request.step)
                yield TextDelta("more")
            finally:
                raise OSError("cannot close")

    def breaks(_text: str) -> None:
        raise RuntimeError("listener")

    with pytest.raises(RuntimeError, match="listener"):
        await door(Sticky()).call("sticky", asked(), breaks)


async def test_silence_from_the_start_times_out() -> None:
    clock = VirtualClock()
    model = Odd(ScriptedModel([stall()]).stream)
    task = asyncio.create_task(Gateway({"odd": model}, clock, first_item_seconds=30).call("odd", asked(), unheard))
    await clock.advance(29)
    assert not task.done()
    await clock.advance(1)
    with pytest.raises(ModelCallFailed) as failed:
        await task
    assert failed.value.fault == Fault(ErrorKind.TIMEOUT, "model 'odd' gave nothing within 30 s", retryable=True)
    assert model.closed == 1


async def test_silence_in_the_middle_times_out_later() -> None:
    clock = VirtualClock()
    model = Odd(ScriptedModel([stall("well, ")]).stream)
    gateway = Gateway({"odd": model}, clock, first_item_seconds=30, reply_seconds=600)
    task = asyncio.create_task(gateway.call("odd", asked(), unheard))
    await clock.advance(599)
    assert not task.done()
    await clock.advance(1)
    with pytest.raises(ModelCallFailed, match="no whole reply within 600 s"):
        await task
    assert model.closed == 1


async def test_a_timeout_of_the_providers_own_is_its_own_fault() -> None:
    fault = await fault_of(ScriptedModel([TimeoutError("read timed out")]))
    assert fault.kind is ErrorKind.MODEL_FAILED
    assert "read timed out" in fault.message


@given(st.text(max_size=400), st.integers(1, 500))
def test_however_a_text_is_cut_into_chunks_the_reply_is_the_same(text: str, width: int) -> None:
    async def both() -> tuple[Reply, Reply, str]:
        heard: list[str] = []
        whole = await door(ScriptedModel([answer(text)])).call("scripted", asked(), unheard)
        model = ScriptedModel([answer(text)], chunk_characters=width)
        return whole, await door(model).call("scripted", asked(), heard.append), "".join(heard)

    whole, cut, heard = asyncio.run(both())
    assert whole == cut
    assert heard == text


def test_the_calls_of_a_sound_reply_can_be_used() -> None:
    reply = said(ToolCall("c1", "a", "{}"), ToolCall("c2", "b", "{}"), stop=StopReason.TOOL_USE)
    assert breach_of(reply) is None


async def test_a_tool_call_of_a_script_arrives_as_json_text() -> None:
    model = ScriptedModel([call("read_lines", {"path": "a.py", "first": 1}, text="I look.")])
    reply = await door(model).call("scripted", asked(), unheard)
    assert reply.message.calls == (ToolCall("call_1", "read_lines", '{"path":"a.py","first":1}'),)
    assert reply.message.text == "I look."


async def test_a_model_outside_the_list_is_looked_for_once() -> None:
    looked_for: list[str] = []

    def find(name: str) -> Model | None:
        looked_for.append(name)
        return ScriptedModel(lambda _: "found", name=name) if name.startswith("recorded:") else None

    gateway = Gateway({}, SystemClock(), find=find)
    for _ in range(2):
        assert (await gateway.call("recorded:a", asked(), unheard)).message.text == "found"
    assert looked_for == ["recorded:a"]
    with pytest.raises(DefinitionError, match="'other'"):
        gateway.model("other")
