"""The stand-in is a model: all it knows stands in the conversation, and its answers are those of a model."""

import random
import shutil
from pathlib import Path

import msgspec

from holdfast.apps.review.offline.mind import stand_in
from holdfast.integration.gateway.port import ModelRequest
from holdfast.kernel.messages import Reply, Role
from tests.apps.review.planted import TREE
from tests.apps.review.reviewing import Eavesdropping, review
from tests.apps.review.source.trees import write


async def said(request: ModelRequest) -> tuple[str, list[tuple[str, str]]]:
    """Return what a stand-in that was never asked anything says to a request: its text, and the calls it wants."""
    *_, reply = [item async for item in stand_in().stream(request)]
    assert isinstance(reply, Reply)
    return reply.message.text, [(call.tool, call.arguments) for call in reply.message.calls]


async def test_asked_again_without_the_code_without_the_run_and_in_any_order_it_says_the_same(tmp_path: Path) -> None:
    folder = write(tmp_path / "code", TREE)
    overheard = Eavesdropping()
    reviewed = await review(folder, models={"overheard": overheard}, model="overheard")
    replies = {
        entry.step: (entry.reply.message.text, [(call.tool, call.arguments) for call in entry.reply.message.calls])
        for entry in reviewed.transcript.entries
    }
    shutil.rmtree(folder)

    requests = list(overheard.requests)
    random.Random(4711).shuffle(requests)

    assert len(requests) == len(replies) > 20
    for request in requests:
        elsewhere = msgspec.structs.replace(request, step="nowhere/turn.1")
        assert await said(elsewhere) == replies[request.step]


async def test_every_conversation_opens_with_instructions_and_a_task_and_nothing_of_the_machine(tmp_path: Path) -> None:
    folder = write(tmp_path / "a-folder-of-mine", TREE)
    overheard = Eavesdropping()
    await review(folder, models={"overheard": overheard}, model="overheard")
    for request in overheard.requests:
        assert [message.role for message in request.messages[:2]] == [Role.SYSTEM, Role.USER]
        assert "a-folder-of-mine" not in msgspec.json.encode(request.messages).decode()
