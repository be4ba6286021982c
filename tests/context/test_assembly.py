"""A prompt only ever grows at its end; it is rebuilt the same after a restart."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from holdfast.context.assembly import Assembly, since_last_turn
from holdfast.journal.fold.agent_state import AgentState, CallState
from holdfast.journal.fold.step_state import NOT_TRIED
from holdfast.journal.payloads import Payloads
from holdfast.journal.stores.memory import MemoryStore
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.ids import PayloadId
from holdfast.kernel.messages import Message, Role, say
from holdfast.kernel.messages_codec import encode_message
from holdfast.kernel.tokens import message_tokens
from tests.journal.samples import RUN, ref, replied

KEY = b"k" * 32
TURNS = st.lists(st.lists(st.tuples(st.text(max_size=30), st.booleans()), max_size=3), min_size=1, max_size=6)


async def payloads() -> Payloads:
    store = MemoryStore(VirtualClock())
    await store.open()
    return Payloads(store, RUN, KEY)


def pieces_of(turn: list[tuple[str, bool]], kept: Payloads) -> tuple[PayloadId | Message, ...]:
    """Some pieces as messages, some as payloads that are there already."""
    messages = [(say(Role.USER, text), is_kept) for text, is_kept in turn]
    return tuple(kept.keep(encode_message(message)) if is_kept else message for message, is_kept in messages)


@given(TURNS)
def test_each_prompt_is_the_one_before_and_what_was_added(turns: list[list[tuple[str, bool]]]) -> None:
    async def check() -> None:
        kept = await payloads()
        assembly, agent, before = Assembly(kept), AgentState(), tuple[Message, ...]()
        for turn in turns:
            assembled = await assembly.assemble(agent, pieces_of(turn, kept))
            added = tuple(say(Role.USER, text) for text, _ in turn)
            assert assembled.messages == before + added
            assert assembled.tokens_added == sum(map(message_tokens, added))
            assert len(assembled.added) == len(added)
            agent, before = replace(agent, prompt=agent.prompt + assembled.added), assembled.messages

    asyncio.run(check())


@given(TURNS)
def test_whoever_starts_anew_assembles_the_same(turns: list[list[tuple[str, bool]]]) -> None:
    async def check() -> None:
        kept = await payloads()
        lasting, agent = Assembly(kept), AgentState()
        for turn in turns:
            new = pieces_of(turn, kept)
            expected = await lasting.assemble(agent, new)
            assert await Assembly(kept).assemble(agent, new) == expected
            agent = replace(agent, prompt=agent.prompt + expected.added)

    asyncio.run(check())


async def test_what_was_assembled_and_never_recorded_is_forgotten() -> None:
    assembly = Assembly(await payloads())
    agent = AgentState()
    await assembly.assemble(agent, (say(Role.USER, "refused"),))
    again = await assembly.assemble(agent, (say(Role.USER, "made"),))
    assert [message.text for message in again.messages] == ["made"]


def test_at_first_nothing_has_been_said() -> None:
    assert since_last_turn(AgentState()) == ()


def test_since_the_last_turn_the_model_has_spoken_and_its_calls_have_ended_in_the_order_asked_for() -> None:
    requests = replied(1, "look", "pay", "look").calls
    shown = [ref("first"), None, ref("third")]
    calls = tuple(
        CallState(request, replace(NOT_TRIED, shown=one)) for request, one in zip(requests, shown, strict=True)
    )
    assert since_last_turn(AgentState(reply=ref("reply"), calls=calls)) == (ref("reply"), ref("first"), ref("third"))


async def test_what_the_model_has_counted_is_not_estimated_again() -> None:
    kept = await payloads()
    reply, result = (kept.keep(encode_message(say(role, "words " * 50))) for role in (Role.ASSISTANT, Role.USER))
    counted = await Assembly(kept).assemble(AgentState(counted=reply), (reply, result))
    assert counted.tokens_added == message_tokens(say(Role.USER, "words " * 50))
    assert len(counted.messages) == 2
