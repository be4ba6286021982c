"""A key, or the URL of a server, is all that a review by a real model needs: the program, as users start it."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.apps.review.source.trees import write
from tests.integration.gateway.providers.faulty import KEY, Faulty, serving

SECONDS_MAX = 120
KEPT = ("PATH", "PYTHONPATH", "HOME", "TMPDIR")
"""What of this environment the program gets beside the key."""
NOTHING_FOUND = '{"findings": []}'


def event(**said: Any) -> bytes:
    return b"data: %b\n\n" % json.dumps(said).encode()


ANTHROPIC = (
    event(
        type="message_start",
        message={"id": "m", "model": "claude", "role": "assistant", "content": [], "usage": {"input_tokens": 9}},
    ),
    event(type="content_block_start", index=0, content_block={"type": "text", "text": ""}),
    event(type="content_block_delta", index=0, delta={"type": "text_delta", "text": NOTHING_FOUND}),
    event(type="content_block_stop", index=0),
    event(type="message_delta", delta={"stop_reason": "end_turn"}, usage={"output_tokens": 5}),
    event(type="message_stop"),
)
SAID = {"index": 0, "delta": {"content": NOTHING_FOUND}, "finish_reason": "stop"}
CHAT = (event(id="r", model="m", choices=[SAID], usage={}), b"data: [DONE]\n\n")
RESPONSES = (
    event(
        type="response.completed",
        response={
            "id": "r",
            "model": "gpt",
            "status": "completed",
            "output": [
                {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": NOTHING_FOUND}]}
            ],
        },
    ),
)


@pytest.mark.parametrize(
    ("model", "variables", "said"),
    [
        ("anthropic:claude-sonnet-4-6", {"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": "{url}"}, ANTHROPIC),
        ("openai:gpt-5.5", {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": "{url}/v1"}, RESPONSES),
        ("openai-compatible:qwen3@{url}/v1", {}, CHAT),
    ],
    ids=["anthropic", "openai", "a server"],
)
async def test_a_key_or_a_servers_url_is_all_it_takes(
    tmp_path: Path, model: str, variables: dict[str, str], said: tuple[bytes, ...]
) -> None:
    code = write(tmp_path / "code", {"app.py": "import os\n\n\ndef remove(name):\n    os.system('rm ' + name)\n"})
    async with serving(Faulty(headers={"content-type": "text/event-stream"}, pieces=said)) as server:
        environ = {name: os.environ[name] for name in KEPT if name in os.environ}
        environ |= {"XDG_STATE_HOME": str(tmp_path / "state")}
        environ |= {name: value.format(url=server.url) for name, value in variables.items()}
        program = await asyncio.create_subprocess_exec(
            *(str(Path(sys.executable).with_name("holdfast")), "run", "review", str(code), "--json"),
            *("--model", model.format(url=server.url)),
            env=environ,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await asyncio.wait_for(program.communicate(), SECONDS_MAX)
    assert program.returncode == 0, err.decode()
    report = json.loads(out)
    assert report["outcome"] == "succeeded"
    assert server.requests == report["usage"]["turns"] > 0
    assert all(KEY in head for head in server.heads) is bool(variables)
    assert KEY not in out.decode() + err.decode()
