"""A call through the gateway has the cost of its place and instant; who asks first is told the most it can cost."""

from collections.abc import AsyncIterator

import pytest

from holdfast.integration.gateway.gateway import Gateway
from holdfast.integration.gateway.lines import answer
from holdfast.integration.gateway.port import ModelRequest, TextDelta
from holdfast.integration.gateway.pricing.price import FREE, Price, Rate, Rates
from holdfast.integration.gateway.pricing.prices import CONFIGURED, Override, Prices
from holdfast.integration.gateway.providers.anthropic.reply import reply_of
from holdfast.integration.gateway.scripted import ScriptedModel
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.errors import DefinitionError
from holdfast.kernel.messages import Reply, Role, StopReason, Usage, say
from tests.integration.gateway.asking import Item, Odd, asked
from tests.integration.gateway.routing.places import Routed, Told

PRICE = Price(Rates(input=Rate(3.0), output=Rate(15.0)), CONFIGURED)
MILLION = 1_000_000


def gateway(*models: Odd | ScriptedModel, **overrides: Override) -> Gateway:
    prices = Prices(lambda: overrides)
    return Gateway({model.name: model for model in models}, VirtualClock(), prices=prices)


async def saying(_request: ModelRequest) -> AsyncIterator[Item]:
    yield TextDelta("Yes.")
    yield Reply(say(Role.ASSISTANT, "Yes."), StopReason.END_TURN, Usage(MILLION, MILLION), "odd-1")


async def test_a_reply_without_a_cost_gets_that_of_its_model() -> None:
    reply = await gateway(Odd(saying), odd=Override(PRICE)).call("odd", asked(), lambda _text: None)
    assert (reply.usage.cost_usd, reply.prices) == (18.0, CONFIGURED)


async def test_where_no_price_is_known_the_cost_stays_unknown() -> None:
    door = gateway(Odd(saying))
    reply = await door.call("odd", asked(), lambda _text: None)
    assert (reply.usage.cost_usd, reply.prices) == (None, "")
    assert door.price("odd") is None


async def test_what_is_said_of_a_name_holds_whatever_place_it_leads_to() -> None:
    routed = Routed(Told("house:small", ["Yes."]), Told("other:small", ["Yes."]))
    prices = Prices(lambda: {"large": Override(PRICE)})
    door = Gateway({"large": routed.route}, routed.clock, prices=prices)
    reply = await door.call("large", asked(), lambda _text: None)
    assert door.price("large") == PRICE
    assert (reply.usage.cost_usd, reply.prices) == (PRICE.cost_usd(reply.usage), CONFIGURED)


async def test_a_program_costs_nothing_unless_it_is_given_a_price() -> None:
    free, dear = ScriptedModel([answer("Yes.")]), ScriptedModel([answer("Yes.")], name="dear", price=PRICE)
    door = gateway(free, dear)
    assert (door.price("scripted"), door.price("dear")) == (FREE, PRICE)
    assert (await door.call("scripted", asked(), lambda _text: None)).usage.cost_usd == 0.0
    usage = (await door.call("dear", asked(), lambda _text: None)).usage
    assert usage.cost_usd == PRICE.cost_usd(usage) > 0.0


def test_the_price_of_a_model_that_is_not_there_is_no_zero_either() -> None:
    with pytest.raises(DefinitionError):
        gateway().price("nobody")


async def test_the_beginning_of_a_reply_is_told_though_it_has_no_text() -> None:
    async def calling(_request: ModelRequest) -> AsyncIterator[Item]:
        yield TextDelta("")
        async for item in saying(_request):
            yield item

    heard: list[str] = []
    await gateway(Odd(calling)).call("odd", asked(), heard.append)
    assert heard == ["", "Yes."]


def test_what_anthropic_keeps_for_an_hour_and_serves_faster_is_read() -> None:
    usage = {
        "input_tokens": 10,
        "output_tokens": 5,
        "cache_creation_input_tokens": 300,
        "cache_creation": {"ephemeral_5m_input_tokens": 100, "ephemeral_1h_input_tokens": 200},
        "service_tier": "standard",
        "speed": "fast",
    }
    said = {"stop_reason": "end_turn", "content": [], "model": "m", "usage": usage}
    assert reply_of(said).usage == Usage(310, 5, cache_write_tokens=300, cache_write_long_tokens=200, tier="fast")
