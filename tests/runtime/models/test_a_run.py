"""A run whose model is named by its server gets its replies from there, and its journal holds no key."""

import json
from pathlib import Path

import pytest

from holdfast import Agent, Prompt, Runtime
from tests.integration.gateway.providers.faulty import KEY, Faulty, serving

ANSWER = {
    "id": "r_1",
    "model": "m-1",
    "choices": [{"index": 0, "delta": {"content": "It is noon."}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 10, "completion_tokens": 5},
}


def all_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


async def test_a_run_with_a_named_model_ends_and_keeps_no_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_COMPATIBLE_API_KEY", KEY)
    said = (b"data: %b\n\n" % json.dumps(ANSWER).encode(), b"data: [DONE]\n\n")
    async with serving(Faulty(headers={"content-type": "text/event-stream"}, pieces=said)) as server:
        agent = Agent("clerk", prompt=Prompt("clerk", "You tell."), model=f"openai-compatible:m-1@{server.url}/v1")
        async with Runtime.open(f"sqlite:///{tmp_path}/runs.db") as runtime:
            run = await runtime.start(agent, "What time is it?")
            assert await run.result() == "It is noon."
            spent = (await run.state()).spend
    assert (spent.input_tokens, spent.output_tokens, server.requests) == (10, 5, 1)
    kept = all_of(tmp_path)
    assert b"m-1" in kept
    assert KEY.encode() not in kept
    assert KEY in server.heads[0]
