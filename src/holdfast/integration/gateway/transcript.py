"""What models replied in a run, step by step, as a value, as a file, or as a run's journal tells it."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from holdfast.integration.gateway.port import Offer
from holdfast.integration.gateway.request import message_digest, offer_digest, request_digest
from holdfast.journal.codec import decode
from holdfast.journal.events import ModelCalled, ModelReplied
from holdfast.journal.fold import begin, evolve
from holdfast.journal.port import Recorded
from holdfast.kernel import paths
from holdfast.kernel.errors import InputError
from holdfast.kernel.ids import PayloadId
from holdfast.kernel.messages import Reply
from holdfast.kernel.messages_codec import decode_message

FORMAT = "holdfast-transcript/1"
FILE_BYTES_MAX = 500_000_000
PAYLOADS_AT_ONCE = 500

Fetch = Callable[[Sequence[PayloadId]], Awaitable[Sequence[bytes]]]
"""Payload ids → their bodies, in the same order."""


class Entry(msgspec.Struct, frozen=True):
    """One request that was answered, by digests, and its reply."""

    step: str
    attempt: int
    messages: tuple[str, ...]
    """The digest of each message, in order."""
    offer: str
    output_tokens_max: int
    reply: Reply

    @property
    def request(self) -> str:
        """The digest of the whole request."""
        return request_digest(self.messages, self.offer, self.output_tokens_max)


class Transcript(msgspec.Struct, frozen=True):
    """The entries of a run, in the order in which they were replied."""

    entries: tuple[Entry, ...]

    def write(self, path: Path) -> None:
        """Write it as a file: a line that names the format, then a line of JSON for each entry."""
        lines = [msgspec.json.encode({"format": FORMAT}), *map(msgspec.json.encode, self.entries)]
        path.write_bytes(b"".join(line + b"\n" for line in lines))

    @classmethod
    def read(cls, path: Path) -> "Transcript":
        """Read it from such a file. Raises InputError, naming the line that cannot be read."""
        if (found := path.stat().st_size if path.is_file() else -1) > FILE_BYTES_MAX or found < 0:
            what = "no file" if found < 0 else f"{found:,} bytes"
            raise InputError(f"expected a transcript of at most {FILE_BYTES_MAX:,} bytes at {path}, found {what}")
        lines = path.read_bytes().splitlines()
        if not lines or _format(lines[0]) != FORMAT:
            raise InputError(f"expected {path} to begin with the format {FORMAT!r}: record it again with this version")
        return cls(tuple(_entries(path, lines[1:])))


async def transcript_of(recorded: Iterable[Recorded], fetch: Fetch) -> Transcript:
    """Return what a run's journal says its models replied. Raises JournalError as the journal's own reading does."""
    told = list(_told(recorded))
    messages = {identity for one in told for identity in (*one.prompt, one.replied.reply)}
    bodies = await _fetched(messages | {one.called.tools for one in told}, fetch)
    decoded = {identity: decode_message(bodies[identity]) for identity in messages}
    digests = {identity: message_digest(message) for identity, message in decoded.items()}
    entries = []
    for one in told:
        called, replied = one.called, one.replied
        entry = Entry(
            step=paths.turn(replied.node, replied.turn),
            attempt=replied.attempt,
            messages=tuple(digests[identity] for identity in one.prompt),
            offer=offer_digest(msgspec.json.decode(bodies[called.tools], type=Offer)),
            output_tokens_max=called.output_tokens_max,
            reply=Reply(decoded[replied.reply], replied.stop, replied.usage, replied.model, prices=replied.prices),
        )
        entries.append(entry)
    return Transcript(tuple(entries))


class _Told(msgspec.Struct, frozen=True):
    """A call, its reply, and the messages that the model saw."""

    called: ModelCalled
    replied: ModelReplied
    prompt: tuple[PayloadId, ...]


def _told(recorded: Iterable[Recorded]) -> Iterator[_Told]:
    """Yield the calls that were replied. The fold says what each agent's prompt was, so both always agree."""
    calls: dict[str, ModelCalled] = {}
    state = None
    for entry in recorded:
        event = decode(entry.body)
        state = begin(event, entry.at) if state is None else evolve(state, event, entry.at)
        if isinstance(event, ModelCalled):
            calls[event.node] = event
        elif isinstance(event, ModelReplied) and (node := state.node(event.node)) and node.agent:
            yield _Told(calls[event.node], event, node.agent.prompt)


async def _fetched(identities: Iterable[PayloadId], fetch: Fetch) -> dict[PayloadId, bytes]:
    wanted = sorted(identities)
    bodies: dict[PayloadId, bytes] = {}
    for start in range(0, len(wanted), PAYLOADS_AT_ONCE):
        some = wanted[start : start + PAYLOADS_AT_ONCE]
        bodies.update(zip(some, await fetch(some), strict=True))
    return bodies


def _format(line: bytes) -> str:
    try:
        return msgspec.json.decode(line, type=dict[str, str]).get("format", "")
    except msgspec.DecodeError:
        return ""


def _entries(path: Path, lines: Sequence[bytes]) -> Iterator[Entry]:
    for number, line in enumerate(lines, start=2):
        try:
            yield msgspec.json.decode(line, type=Entry)
        except msgspec.DecodeError as error:
            raise InputError(f"expected line {number} of {path} to be a transcript's entry, found: {error}") from error


def by_step(transcript: Transcript) -> dict[str, tuple[Entry, ...]]:
    """Return the entries of each step, the latest first."""
    steps: defaultdict[str, tuple[Entry, ...]] = defaultdict(tuple)
    for entry in transcript.entries:
        steps[entry.step] = (entry, *steps[entry.step])
    return dict(steps)
