"""The disk of one long run, and the proof that it is enough: every prompt of it rebuilt, byte for byte."""

import argparse
import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec

from bench.runs.shop import MODEL, Talker, desk
from holdfast import Run, Runtime
from holdfast.integration.gateway.port import ModelRequest, Offer
from holdfast.journal.events import ModelCalled
from holdfast.kernel.messages import Message
from holdfast.kernel.messages_codec import decode_message

_pack = msgspec.msgpack.Encoder()


async def measure(turns: int, folder: Path) -> dict[str, int]:
    """Run ``turns`` turns of about 3 KB each; return what lies on the disk, and how many prompts came back exactly.

    A prompt is exact if everything that the model was sent comes out of the journal again: the messages, the tools it
    was offered, the length allowed.
    """
    talker = Talker(turns)
    talker.requests = []
    url = f"sqlite:///{folder / 'long.db'}"
    async with Runtime.open(url, models={MODEL: talker}) as runtime:
        run = await runtime.start(desk, "hello")
        await run.result()
    disk_bytes = _bytes_in(folder)
    sent = [_pack.encode(request) for request in talker.requests]
    async with Runtime.open(url, drives=False) as runtime:
        replayed = [_pack.encode(request) async for request in replay(await runtime.run(run.id))]
    exact = sum(one == other for one, other in zip(sent, replayed, strict=True))
    return {"disk_bytes": disk_bytes, "prompts": len(sent), "prompts_exact": exact, "prompt_bytes": sum(map(len, sent))}


async def replay(run: Run) -> AsyncIterator[ModelRequest]:
    """Yield each request of a run of one agent, rebuilt from its journal alone."""
    payloads = await run.payloads(await run.state())
    messages: tuple[Message, ...] = ()
    async for entry in run.events(follow=False):
        if not isinstance(called := entry.event, ModelCalled):
            continue
        messages += tuple(decode_message(body) for body in await payloads.fetch_all(called.added))
        offer = msgspec.json.decode(await payloads.fetch(called.tools), type=Offer)
        yield ModelRequest(messages, offer, called.output_tokens_max, f"{called.node}/turn.{called.turn}")


def _bytes_in(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.iterdir())


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--turns", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    chosen = parser.parse_args()
    print(json.dumps(asyncio.run(measure(chosen.turns, chosen.folder))))


if __name__ == "__main__":
    main()
