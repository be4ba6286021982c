"""Replaying what was recorded, from a value, a file or a journal."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from holdfast.integration.gateway.lines import answer, call
from holdfast.integration.gateway.port import ModelCallFailed, ModelRequest, Offer
from holdfast.integration.gateway.recorded import RecordedModel
from holdfast.integration.gateway.request import digest_of, message_digest, offer_digest
from holdfast.integration.gateway.scripted import ScriptedModel
from holdfast.integration.gateway.transcript import Entry, Transcript, transcript_of
from holdfast.journal.codec import encode
from holdfast.journal.events import Event, ModelCalled, ModelInterrupted, ModelReplied, NodeEntered, RunStarted
from holdfast.journal.payloads import payload_id
from holdfast.journal.port import Recorded
from holdfast.kernel.errors import InputError, JournalError
from holdfast.kernel.ids import PayloadId, RunId
from holdfast.kernel.limits import Budget
from holdfast.kernel.messages import Message, Reply, Role, ToolResult
from holdfast.kernel.messages_codec import encode_message
from tests.integration.gateway.asking import asked, replied

RESULT = Message(Role.TOOL, (ToolResult("call_1", "read_lines", "1| x = 1"),))


def entry(request: ModelRequest, reply: Reply, attempt: int = 1) -> Entry:
    digests = tuple(message_digest(message) for message in request.messages)
    return Entry(request.step, attempt, digests, offer_digest(request.offer), request.output_tokens_max, reply)


async def conversation() -> tuple[list[ModelRequest], list[Reply]]:
    """Two turns of an agent: it reads, then answers."""
    model = ScriptedModel([call("read_lines", {"path": "a.py"}), answer("all is well")])
    first = asked("Look at a.py.", step="scan[a]/turn.1")
    reading = await replied(model, first)
    second = asked(*first.messages, reading.message, RESULT, step="scan[a]/turn.2")
    return [first, second], [reading, await replied(model, second)]


async def recording() -> tuple[Transcript, list[ModelRequest], list[Reply]]:
    requests, replies = await conversation()
    return Transcript(tuple(map(entry, requests, replies))), requests, replies


async def fault_at(model: RecordedModel, request: ModelRequest) -> str:
    with pytest.raises(ModelCallFailed) as failed:
        await replied(model, request)
    assert not failed.value.fault.retryable
    return failed.value.fault.message


async def test_a_replay_gives_the_replies_that_were_recorded() -> None:
    transcript, requests, replies = await recording()
    model = RecordedModel(transcript)
    assert [await replied(model, request) for request in requests] == replies
    assert await replied(model, requests[0]) == replies[0], "asking again changes nothing"


async def test_an_entry_names_the_whole_request() -> None:
    transcript, requests, _ = await recording()
    assert [one.request for one in transcript.entries] == [digest_of(request) for request in requests]


async def test_a_different_request_is_refused_and_the_difference_named() -> None:
    transcript, (first, second), _ = await recording()
    model = RecordedModel(transcript)
    other_result = Message(Role.TOOL, (ToolResult("call_1", "read_lines", "1| x = 2"),))
    changed = {
        "message 1 of 1 (by the user) was not like this": asked("Look at b.py.", step=first.step),
        "message 3 of 3 (the result of read_lines) was not like this": asked(
            *second.messages[:2], other_result, step=second.step
        ),
        "it had 1 messages, this one has 2": asked(*first.messages, "Please.", step=first.step),
        "it offered other tools, or another output schema": asked(*first.messages, step=first.step, offer=Offer()),
        "it allowed 4000 tokens of output, this one 10": asked(*first.messages, step=first.step, output_tokens_max=10),
    }
    for difference, request in changed.items():
        expected = f"at {request.step!r} the recording 'recorded' does not fit: the request was another: {difference}"
        assert await fault_at(model, request) == expected


async def test_a_lenient_replay_goes_by_the_step_alone() -> None:
    transcript, (first, _), replies = await recording()
    model = RecordedModel(transcript, is_strict=False)
    assert await replied(model, asked("something else", step=first.step)) == replies[0]
    assert "there is no reply; it has 2 steps, such as" in await fault_at(model, asked(step="scan[b]/turn.1"))


async def test_a_step_that_was_never_recorded_is_named_with_those_that_were() -> None:
    transcript, _, _ = await recording()
    message = await fault_at(RecordedModel(transcript), asked(step="scan[a]/turn.3"))
    assert "'scan[a]/turn.3'" in message
    assert "scan[a]/turn.2" in message
    assert "no step at all" in await fault_at(RecordedModel(Transcript(())), asked())


async def test_of_several_replies_at_a_step_the_one_to_this_request_counts_and_then_the_latest() -> None:
    _, (first, _), (reading, answering) = await recording()
    other = asked("Look at b.py.", step=first.step)
    transcript = Transcript((entry(first, reading), entry(other, answering, attempt=2)))
    assert await replied(RecordedModel(transcript), first) == reading
    assert await replied(RecordedModel(transcript), other) == answering
    assert await replied(RecordedModel(transcript, is_strict=False), first) == answering


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("transcripts")


@given(said=st.text(), text=st.text(), attempt=st.integers(1, 3))
def test_a_transcript_survives_its_file(folder: Path, said: str, text: str, attempt: int) -> None:
    async def made() -> Entry:
        request = asked(said)
        return entry(request, await replied(ScriptedModel([text]), request), attempt)

    transcript = Transcript((asyncio.run(made()),) * attempt)
    transcript.write(folder / "run.jsonl")
    assert Transcript.read(folder / "run.jsonl") == transcript


async def test_a_file_that_is_no_transcript_is_refused_by_line(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    with pytest.raises(InputError, match="found no file"):
        Transcript.read(path)
    for content in (b"", b"not JSON\n", b'{"format": "other/9"}\n'):
        path.write_bytes(content)
        with pytest.raises(InputError, match="to begin with the format"):
            Transcript.read(path)
    transcript, _, _ = await recording()
    transcript.write(path)
    lines = path.read_bytes().splitlines()
    path.write_bytes(b"\n".join([*lines[:2], b'{"step": 3}']))
    with pytest.raises(InputError, match=r"line 3 of .* to be a transcript's entry"):
        Transcript.read(path)


# --- from a journal ---


class Payloads:
    """A run's payloads, kept by the test."""

    def __init__(self) -> None:
        self._bodies: dict[PayloadId, bytes] = {}

    def keep(self, body: bytes) -> PayloadId:
        identity = payload_id(b"key", body)
        self._bodies[identity] = body
        return identity

    async def fetch(self, identities: Sequence[PayloadId]) -> list[bytes]:
        return [self._bodies[identity] for identity in identities]


def journalled(requests: list[ModelRequest], replies: list[Reply], payloads: Payloads) -> list[Recorded]:
    """The journal of one agent with these turns; each call was interrupted once and made again."""
    nothing = payloads.keep(b"null")
    events: list[Event] = [
        RunStarted(run=RunId("run_1"), tenant="t", app="x", input=nothing, definitions={}, models={}, budget=Budget()),
        NodeEntered(node="scan[a]", kind="agent"),
    ]
    shown: tuple[Message, ...] = ()
    for turn, (request, reply) in enumerate(zip(requests, replies, strict=True), start=1):
        called = ModelCalled(
            node="scan[a]",
            turn=turn,
            attempt=1,
            model="m",
            request=digest_of(request),
            added=tuple(payloads.keep(encode_message(message)) for message in request.messages[len(shown) :]),
            tools=payloads.keep(msgspec.json.encode(request.offer)),
            messages=len(request.messages),
            tokens=100,
            reserved=100 + request.output_tokens_max,
        )
        replied = ModelReplied(
            node="scan[a]",
            turn=turn,
            attempt=2,
            reply=payloads.keep(encode_message(reply.message)),
            stop=reply.stop,
            usage=reply.usage,
            model=reply.model,
            seconds=1.0,
            prices=reply.prices,
        )
        interrupted = ModelInterrupted(node="scan[a]", turn=turn, attempt=1)
        events += [called, interrupted, replace(called, attempt=2, added=()), replied]
        shown = request.messages
    return [Recorded(version, 0.0, encode(event)) for version, event in enumerate(events, start=1)]


async def test_a_journal_gives_the_transcript_of_its_run() -> None:
    requests, replies = await conversation()
    payloads = Payloads()
    transcript = await transcript_of(journalled(requests, replies, payloads), payloads.fetch)
    assert transcript.entries == tuple(map(entry, requests, replies, (2, 2)))
    model = RecordedModel(transcript)
    assert [await replied(model, request) for request in requests] == replies


async def test_a_damaged_journal_is_not_replayed() -> None:
    _, requests, replies = await recording()
    payloads = Payloads()
    with pytest.raises(JournalError, match="begin with RunStarted"):
        await transcript_of(journalled(requests, replies, payloads)[1:], payloads.fetch)
