"""What recorded headers tell of limits comes through the real clients to the call that they answer."""

import contextlib
from collections.abc import Mapping
from functools import partial

from holdfast.integration.gateway.limits.headers import NOTHING_TOLD, left_in
from holdfast.integration.gateway.limits.meter import Left
from holdfast.integration.gateway.port import ModelCallFailed
from holdfast.integration.gateway.routing.hearing import hearing
from tests.integration.gateway.asking import asked, streamed
from tests.integration.gateway.providers.recordings import Counted, every_exchange, needs_recordings
from tests.integration.gateway.providers.stand_in import Accounts, serving


@needs_recordings
async def test_the_recorded_headers_come_through_the_real_clients(record_property: Counted) -> None:
    accounts, parsed = Accounts(), 0
    for exchange in every_exchange():
        names = {name.lower() for name in exchange.headers}
        if exchange.api is None or not any(name.endswith("-limit") or "ratelimit-limit-" in name for name in names):
            continue
        heard: list[Left] = []
        model = accounts.model(exchange, serving(exchange))
        with hearing(partial(_hear, heard)), contextlib.suppress(ModelCallFailed):
            await streamed(model, asked("Hello."))
        (left,) = heard
        assert left is not NOTHING_TOLD, exchange.name
        assert left.of.requests or left.of.input_tokens
        parsed += 1
    record_property("counted", f"the rate-limit headers of {parsed} exchanges read")
    assert parsed >= 40


def _hear(heard: list[Left], headers: Mapping[str, str]) -> None:
    heard.append(left_in(headers))
