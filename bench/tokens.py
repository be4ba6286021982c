"""How far estimates of tokens are off, on recorded exchanges with real providers: what they report is the truth.

The recordings are gone through in a fixed order, as one process would live through them: each is estimated with what
the ones before have taught, and then learned from. A recording goes on with the one before it where it repeats its
messages: then what was reported is the anchor, and only what is new is estimated, as in a run's later turns.
"""

import argparse
import asyncio
import json
import math
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import msgspec

from holdfast.context.ratios import Ratios
from holdfast.integration.gateway.port import ModelRequest
from holdfast.integration.gateway.request import message_digest, offer_digest
from holdfast.kernel.messages import Audio, File, Image, Role, Usage
from holdfast.kernel.tokens import estimate_tokens, message_tokens, unreturned_tokens
from tests.integration.gateway.providers.asked.asked import Asked
from tests.integration.gateway.providers.asked.same import uniform
from tests.integration.gateway.providers.recordings import APIS, DATA, GOOGLE, Exchange, exchanges
from tests.integration.gateway.providers.stand_in import Accounts
from tests.integration.gateway.providers.test_recorded_replies import heard
from tests.integration.gateway.providers.test_recorded_requests import READ_BACK

FILLED_IN = frozenset(
    (
        *("tools", "container", "mcp_servers", "context_management", "conversation", "previous_response_id"),
        *("preset", "cachedContent", "web_search_options", "search_settings", "transforms"),
    )
)
"""Fields by which a provider is asked to fill the prompt with what nobody here can count: its tools, memory, files."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A request that a provider has counted."""

    conversation: str
    model: str
    request: ModelRequest
    usage: Usage
    unreturned: int
    """Tokens of its reply that the next request does not hold."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """One request: what was estimated in three ways, and what was reported."""

    plain: int
    expected: int
    upper: int
    reported: int


@dataclass(frozen=True, slots=True)
class Errors:
    """How far estimates were off, in parts of what was reported."""

    requests: int
    plain_p50: float
    plain_p95: float
    """Of the whole prompt by the heuristic alone."""
    expected_p50: float
    expected_p95: float
    expected_tokens_p50: int
    expected_tokens_p95: int
    """The same in tokens."""
    upper_held: float
    """The share of requests that were no larger than the upper end."""
    upper_held_by_plain: float
    """The same of the heuristic alone."""


async def seen(api: str, accounts: Accounts) -> list[Seen]:
    """Return the requests of one API that were answered, in order, with what the provider counted."""
    found = []
    for exchange in exchanges(api):
        if exchange.status != 200 or _is_filled_in(exchange):
            continue
        reply = await heard(accounts, exchange, None)
        if isinstance(reply, tuple) and reply[1].usage.input_tokens:
            found.append(
                Seen(
                    exchange.name.rpartition("#")[0],
                    _model(exchange),
                    _asked(exchange).request(),
                    reply[1].usage,
                    unreturned_tokens(reply[1]),
                )
            )
    return found


def estimates(requests: Sequence[Seen]) -> tuple[list[Estimate], list[Estimate]]:
    """Return the estimates of requests that begin a conversation, and of those that go on with one."""
    ratios, openings, later = Ratios(), list[Estimate](), list[Estimate]()
    before: Seen | None = None
    for now in requests:
        messages = now.request.messages
        sizes = [message_tokens(message) for message in messages]
        plain = _offer_tokens(now.request) + sum(sizes)
        if before is not None and _goes_on(before, now):
            known = len(before.request.messages)
            known += messages[known].role is Role.ASSISTANT
            new, anchor = sum(sizes[known:]), before.usage.tokens - before.unreturned
            ratio = ratios.of(now.model)
            later.append(
                Estimate(plain, anchor + ratio.expected(new), before.usage.tokens + ratio.upper(new), _reported(now))
            )
            ratios.learn(now.model, new, _reported(now) - anchor)
        else:
            opening = offer_digest(now.request.offer)
            ratio = ratios.of(now.model, opening)
            openings.append(Estimate(plain, ratio.expected(plain), ratio.upper(plain), _reported(now)))
            ratios.learn(now.model, plain, _reported(now), opening)
        before = now
    return openings, later


def errors(found: Sequence[Estimate]) -> Errors:
    """Return how far ``found`` was off."""
    plain = [abs(each.plain - each.reported) / each.reported for each in found]
    tokens = [abs(each.expected - each.reported) for each in found]
    expected = [abs(each.expected - each.reported) / each.reported for each in found]
    return Errors(
        len(found),
        round(_share(plain, 0.5), 3),
        round(_share(plain, 0.95), 3),
        round(_share(expected, 0.5), 3),
        round(_share(expected, 0.95), 3),
        int(_share(tokens, 0.5)),
        int(_share(tokens, 0.95)),
        round(sum(each.upper >= each.reported for each in found) / len(found), 3),
        round(sum(each.plain >= each.reported for each in found) / len(found), 3),
    )


async def measure() -> dict[str, Errors]:
    """Return the errors for each API, of first requests and of later ones."""
    accounts, told = Accounts(), {}
    for api in APIS:
        openings, later = estimates(await seen(api, accounts))
        told[f"{api}, first requests"], told[f"{api}, later requests"] = errors(openings), errors(later)
    return told


def _goes_on(before: Seen, now: Seen) -> bool:
    if (before.conversation, before.model) != (now.conversation, now.model):
        return False
    then = [message_digest(message) for message in before.request.messages]
    return then == [message_digest(message) for message in now.request.messages[: len(then)]] and len(
        now.request.messages
    ) > len(then)


def _reported(request: Seen) -> int:
    return request.usage.input_tokens


def _asked(exchange: Exchange) -> Asked:
    api = exchange.api or ""
    return READ_BACK[api](uniform(api, exchange.request) if api == GOOGLE else exchange.request)


def _is_filled_in(exchange: Exchange) -> bool:
    """Whether the prompt holds what cannot be counted here: what the provider adds, and what is no text."""
    asked = _asked(exchange)
    parts = [part for message in asked.messages for part in message.parts]
    return not FILLED_IN.isdisjoint(asked.body) or any(isinstance(part, Image | Audio | File) for part in parts)


def _model(exchange: Exchange) -> str:
    return str(exchange.request.get("model") or exchange.url.partition("/models/")[2].partition(":")[0])


def _offer_tokens(request: ModelRequest) -> int:
    offer = request.offer
    is_empty = not offer.tools and offer.output_schema is None
    return 0 if is_empty else estimate_tokens(msgspec.json.encode(offer).decode())


def _share(values: Sequence[float], share: float) -> float:
    return sorted(values)[math.ceil(share * len(values)) - 1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    as_json = parser.parse_args().json
    if DATA is None:
        sys.exit("expected HOLDFAST_DATA to name the folder of recordings, found nothing: set it")
    figures = {name: asdict(found) for name, found in asyncio.run(measure()).items()}
    if as_json:
        print(json.dumps(figures, indent=2))
        return
    for name, found in figures.items():
        print(f"{name}: {found}")


if __name__ == "__main__":
    main()
