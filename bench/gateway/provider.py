"""A provider on this machine, in a process of its own whose work is not counted: says at once what it always says.

python -m bench.gateway.provider   prints its port, ends with its input
"""

import asyncio
import json
import sys

HOST = "127.0.0.1"
WORDS = 40
TEXT = "".join(f"word {number} " for number in range(WORDS))
USAGE = {"input_tokens": 1_000, "output_tokens": 80}
CHAT_USAGE = {"prompt_tokens": 1_000, "completion_tokens": 80, "total_tokens": 1_080}
Event = dict[str, object]


def _anthropic(text: str) -> Event:
    content = [{"type": "text", "text": text}] if text else []
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude",
        "content": content,
        "stop_reason": "end_turn" if text else None,
        "stop_sequence": None,
        "usage": USAGE,
    }


def _anthropic_events() -> list[Event]:
    return [
        {"type": "message_start", "message": _anthropic("")},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        *(
            {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": f"word {number} "}}
            for number in range(WORDS)
        ),
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": None}, "usage": USAGE},
        {"type": "message_stop"},
    ]


def _chat() -> Event:
    message = {"role": "assistant", "content": TEXT}
    choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
    about = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "gpt"}
    return {**about, "choices": [choice], "usage": CHAT_USAGE}


def _chat_events() -> list[Event]:
    about = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "gpt"}
    deltas: list[Event] = [{"role": "assistant", "content": ""}]
    deltas += [{"content": f"word {number} "} for number in range(WORDS)]
    chunks = [{**about, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas]
    end = {**about, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    return [*chunks, end, {**about, "choices": [], "usage": CHAT_USAGE}]


def _response(status: str) -> Event:
    content = [{"type": "output_text", "text": TEXT, "annotations": []}]
    item = {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": content}
    details = {"input_tokens_details": {"cached_tokens": 0}, "output_tokens_details": {"reasoning_tokens": 0}}
    is_over = status == "completed"
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "model": "gpt",
        "status": status,
        "output": [item] if is_over else [],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": {**USAGE, **details, "total_tokens": 1_080} if is_over else None,
    }


def _response_events() -> list[Event]:
    about = {"item_id": "msg_1", "output_index": 0, "content_index": 0, "logprobs": []}
    deltas = [{"type": "response.output_text.delta", "delta": f"word {number} ", **about} for number in range(WORDS)]
    events: list[Event] = [
        {"type": "response.created", "response": _response("in_progress")},
        *deltas,
        {"type": "response.completed", "response": _response("completed")},
    ]
    return [{**event, "sequence_number": number} for number, event in enumerate(events)]


def _whole(body: Event) -> bytes:
    return _http("application/json", json.dumps(body).encode())


def _stream(events: list[Event], *, is_named: bool, end: str = "") -> bytes:
    lines = [(f"event: {event['type']}\n" if is_named else "") + f"data: {json.dumps(event)}\n\n" for event in events]
    return _http("text/event-stream", ("".join(lines) + end).encode())


def _http(kind: str, body: bytes) -> bytes:
    head = f"HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode() + body


SAID = {
    b"/v1/messages": (_whole(_anthropic(TEXT)), _stream(_anthropic_events(), is_named=True)),
    b"/v1/chat/completions": (_whole(_chat()), _stream(_chat_events(), is_named=False, end="data: [DONE]\n\n")),
    b"/v1/responses": (_whole(_response("completed")), _stream(_response_events(), is_named=True)),
}
"""What is said at each path: whole, and as a stream."""


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer the requests of one connection until it ends."""
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            lines = head.lower().split(b"\r\n")
            length = next(int(line.split(b":")[1]) for line in lines if line.startswith(b"content-length:"))
            body = await reader.readexactly(length)
            whole, streamed = SAID[head.split(b" ", 2)[1].partition(b"?")[0]]
            streams = b'"stream":true' in body or b'"stream": true' in body
            writer.write(streamed if streams else whole)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def main() -> None:
    server = await asyncio.start_server(_serve, HOST, 0, limit=1 << 24)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(main())
