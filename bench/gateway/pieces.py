"""The pieces of what a model call costs beside the model: counting tokens, digesting a request, passing the gateway.

CPU microseconds, the least of several repeats: what the work costs when nothing else disturbs it.
"""

import asyncio
import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from holdfast.integration.gateway.gateway import Gateway
from holdfast.integration.gateway.lines import answer
from holdfast.integration.gateway.port import ModelRequest, Offer, ToolSchema
from holdfast.integration.gateway.request import message_digest, offer_digest, request_digest
from holdfast.integration.gateway.scripted import ScriptedModel
from holdfast.kernel.clock import SystemClock
from holdfast.kernel.messages import Message, Role, say
from holdfast.kernel.tokens import estimate_tokens

REPEATS = 20
CALLS = 500
MESSAGE_CHARACTERS = 400
ONE_PATTERN = re.compile(r"[A-Za-z]{1,6}|\d{1,3}|\s{2,}|[^\S ]|[^\w\s]{1,2}|\w")
"""The token heuristic as a single pattern: what ``estimate_tokens`` is compared with."""

PROSE = Path(__file__).read_text(encoding="utf-8")
TOOL = ToolSchema("read_lines", "Read lines of a file.", {"type": "object", "properties": {"path": {"type": "string"}}})


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures, each in microseconds of CPU."""

    tokens_of_a_kilobyte_of_code: float
    tokens_of_a_kilobyte_of_compact_json: float
    tokens_of_a_kilobyte_of_code_by_one_pattern: float
    digest_of_a_new_message: float
    digest_of_an_offer: float
    digest_of_a_request_of_100_messages_from_its_pieces: float
    digest_of_a_request_of_1000_messages_from_its_pieces: float
    gateway_call_with_a_scripted_reply: float


def measure() -> Figures:
    """Measure on this machine, now."""
    rows = [{"path": f"src/{number}.py", "line": number, "text": "x = call(1)"} for number in range(100)]
    compact = json.dumps(rows, separators=(",", ":"))
    message = say(Role.USER, PROSE[:MESSAGE_CHARACTERS])
    offer = Offer((TOOL,) * 5)
    return Figures(
        tokens_of_a_kilobyte_of_code=_micros(lambda: estimate_tokens(PROSE)) * 1000 / len(PROSE),
        tokens_of_a_kilobyte_of_compact_json=_micros(lambda: estimate_tokens(compact)) * 1000 / len(compact),
        tokens_of_a_kilobyte_of_code_by_one_pattern=_micros(lambda: ONE_PATTERN.findall(PROSE)) * 1000 / len(PROSE),
        digest_of_a_new_message=_micros(lambda: message_digest(message)),
        digest_of_an_offer=_micros(lambda: offer_digest(offer)),
        digest_of_a_request_of_100_messages_from_its_pieces=_request_micros(message, offer, 100),
        digest_of_a_request_of_1000_messages_from_its_pieces=_request_micros(message, offer, 1_000),
        gateway_call_with_a_scripted_reply=asyncio.run(_call_micros(message, offer)),
    )


def _request_micros(message: Message, offer: Offer, count: int) -> float:
    pieces, offered = [message_digest(message)] * count, offer_digest(offer)
    return _micros(lambda: request_digest(pieces, offered, 4_096))


async def _call_micros(message: Message, offer: Offer) -> float:
    gateway = Gateway({"scripted": ScriptedModel(lambda _: answer("It is well."))}, SystemClock())
    request = ModelRequest((message,) * 4, offer, 4_096, "agent/turn.1")
    least = float("inf")
    for _ in range(REPEATS):
        started = time.process_time_ns()
        for _ in range(CALLS):
            await gateway.call("scripted", request, _unheard)
        least = min(least, (time.process_time_ns() - started) / CALLS / 1_000)
    return least


def _unheard(_text: str) -> None:
    """Nobody listens to the stream."""


def _micros(work: Callable[[], object]) -> float:
    """The least CPU microseconds of one call, over repeats of many calls each."""
    least = float("inf")
    for _ in range(REPEATS):
        started = time.process_time_ns()
        for _ in range(CALLS // 10):
            work()
        least = min(least, (time.process_time_ns() - started) / (CALLS // 10) / 1_000)
    return least
