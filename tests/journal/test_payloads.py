"""A run's payloads: each once, found again, under ids that tell nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.journal.payloads import CACHE_BYTES_MAX, Payloads, payload_id
from holdfast.journal.port import NO_EPOCH, Commit, NewRun, Payload
from holdfast.journal.stores.memory import MemoryStore
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.errors import JournalError
from holdfast.kernel.ids import CommitId, PayloadId
from holdfast.kernel.messages import Message, Role, Text, say
from holdfast.kernel.messages_codec import encode_message
from tests.journal.samples import RUN, recorded, started

KEY = b"k" * 32


async def store_with(*payloads: Payload) -> MemoryStore:
    store = MemoryStore(VirtualClock())
    await store.open()
    await store.commit(
        Commit(
            commit_id=CommitId("c1"),
            run=RUN,
            epoch=NO_EPOCH,
            expected=0,
            events=tuple(recorded((started(),))),
            status="INTAKE",
            payloads=payloads,
            begins=NewRun("default", "desk"),
        )
    )
    return store


async def test_what_is_kept_twice_is_staged_once() -> None:
    payloads = Payloads(await store_with(), RUN, KEY)
    assert payloads.keep(b"one") == payloads.keep(b"one")
    assert [payload.body for payload in payloads.take_staged()] == [b"one"]
    assert payloads.take_staged() == ()


async def test_staged_payloads_can_be_fetched_before_they_are_committed() -> None:
    payloads = Payloads(await store_with(), RUN, KEY)
    assert await payloads.fetch(payloads.keep(b"not yet durable")) == b"not yet durable"


async def test_payloads_come_in_the_order_asked_for_from_cache_and_store_alike() -> None:
    stored = Payload(payload_id(KEY, b"stored"), b"stored")
    payloads = Payloads(await store_with(stored), RUN, KEY)
    fresh = payloads.keep(b"fresh")
    assert await payloads.fetch_all((stored.payload_id, fresh, stored.payload_id)) == [b"stored", b"fresh", b"stored"]


async def test_a_payload_the_run_lacks_is_an_error_that_names_it() -> None:
    payloads = Payloads(await store_with(), RUN, KEY)
    with pytest.raises(JournalError, match=f"expected payload {'f' * 32} in run {RUN}"):
        await payloads.fetch(PayloadId("f" * 32))


async def test_a_large_payload_passes_through_without_filling_the_cache() -> None:
    body = b"x" * (CACHE_BYTES_MAX // 2)
    stored = Payload(payload_id(KEY, body), body)
    payloads = Payloads(await store_with(stored), RUN, KEY)
    assert await payloads.fetch(stored.payload_id) == body
    assert payloads.cached_bytes == 0


async def test_the_cache_is_bounded_and_loses_nothing() -> None:
    bodies = [bytes([number]) * (CACHE_BYTES_MAX // 5) for number in range(20)]
    stored = [Payload(payload_id(KEY, body), body) for body in bodies]
    payloads = Payloads(await store_with(*stored), RUN, KEY)
    for payload in stored:
        await payloads.fetch(payload.payload_id)
        assert payloads.cached_bytes <= CACHE_BYTES_MAX
    assert await payloads.fetch_all([payload.payload_id for payload in stored]) == bodies


async def test_json_is_the_same_payload_whatever_the_order_of_its_keys() -> None:
    payloads = Payloads(await store_with(), RUN, KEY)
    assert payloads.keep_json({"a": 1, "b": 2}) == payloads.keep_json({"b": 2, "a": 1})
    assert await payloads.fetch_json(payloads.keep_json({"b": 2, "a": 1})) == {"a": 1, "b": 2}


@given(st.binary(max_size=64), st.binary(max_size=64), st.binary(min_size=32, max_size=32))
def test_ids_tell_contents_apart_and_tenants_too(one: bytes, other: bytes, key: bytes) -> None:
    assert (payload_id(key, one) == payload_id(key, other)) == (one == other)
    if key != KEY:
        assert payload_id(key, one) != payload_id(KEY, one)


async def test_a_payload_too_large_for_the_cache_can_be_fetched_while_its_commit_is_under_way() -> None:
    payloads = Payloads(await store_with(), RUN, KEY)
    body = b"x" * CACHE_BYTES_MAX
    identity = payloads.keep(body)
    payloads.take_staged()
    assert await payloads.fetch(identity) == body
    payloads.committed()
    with pytest.raises(JournalError, match="expected payload"):
        await payloads.fetch(identity)


async def test_a_message_is_found_again_as_it_was_said_and_as_its_bytes() -> None:
    payloads = Payloads(await store_with(), RUN, KEY)
    said = say(Role.USER, "hello")
    identity = payloads.keep_message(said)
    assert await payloads.fetch_message(identity) is said
    assert await payloads.fetch(identity) == encode_message(said)
    assert [payload.body for payload in payloads.take_staged()] == [encode_message(said)]
    assert payloads.keep(encode_message(said)) == identity
    assert payloads.take_staged() == ()


async def test_a_message_that_another_process_kept_is_decoded() -> None:
    said = say(Role.USER, "hello")
    body = encode_message(said)
    payloads = Payloads(await store_with(Payload(payload_id(KEY, body), body)), RUN, KEY)
    assert await payloads.fetch_message(payload_id(KEY, body)) == said


async def test_what_is_no_message_is_not_read_as_one() -> None:
    payloads = Payloads(await store_with(), RUN, KEY)
    with pytest.raises(JournalError, match="expected a message"):
        await payloads.fetch_message(payloads.keep(b"\xc1"))


async def test_messages_count_by_their_bytes() -> None:
    payloads = Payloads(await store_with(), RUN, KEY)
    long = "x" * (CACHE_BYTES_MAX // 5)
    for number in range(8):
        payloads.keep_message(Message(Role.USER, (Text(f"{number}{long}"),)))
        assert payloads.cached_bytes <= CACHE_BYTES_MAX


async def test_what_the_run_has_need_not_be_fetched() -> None:
    payloads = Payloads(await store_with(), RUN, KEY)
    payloads.have(Payload(PayloadId("p1"), b"one"))
    assert await payloads.fetch(PayloadId("p1")) == b"one"
    assert payloads.take_staged() == ()
