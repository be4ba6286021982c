"""What the file of models says of prices and windows wins, and a run's journal tells whose price each call had."""

import json
from pathlib import Path

import pytest

from holdfast import Agent, Prompt, Runtime
from holdfast.journal.events import ModelReplied
from holdfast.kernel.errors import InputError
from holdfast.kernel.messages import Usage
from holdfast.runtime.models.configuration import read_models_file
from holdfast.runtime.models.finding import NamedModels
from holdfast.runtime.models.prices import known_prices
from tests.integration.gateway.providers.faulty import Faulty, serving
from tests.runtime.models.test_configuration import configured_by
from tests.runtime.stage import events_of, of_kind

AT = 1_795_000_000.0
MILLION = 1_000_000
QWEN = "openai-compatible:qwen3@http://127.0.0.1:8080/v1"
FILE = f"""
small = "{QWEN}"
large = "anthropic:claude-sonnet-4-6"

[prices.qwen3]
input = 0.1
output = 0.4
cached = 0.01
window = 32768

[prices."anthropic:claude-sonnet-4-6"]
window = 50000
"""


def test_what_is_said_of_a_bare_model_holds_for_every_name_that_leads_to_it(tmp_path: Path) -> None:
    prices = NamedModels(configured_by(tmp_path, FILE)).prices
    for name in ("small", QWEN):
        price = prices.of(name, AT)
        assert price is not None
        assert price.cost_usd(Usage(MILLION, MILLION, 500_000)) == 0.05 + 0.005 + 0.4
        assert (price.source, prices.window(name)) == ("configured", 32_768)


def test_a_window_that_is_set_leaves_the_price_as_it_is_published(tmp_path: Path) -> None:
    known = known_prices(["large", "small", "openai:gpt-5.5"], configured_by(tmp_path, FILE), AT)
    large = known["large"]
    assert large.price is not None
    assert large.price.source.startswith("genai-prices ")
    assert (large.window, large.is_window_configured) == (50_000, True)
    assert not known["openai:gpt-5.5"].is_window_configured


def test_without_a_word_of_the_user_a_server_of_ones_own_has_no_known_price() -> None:
    prices = NamedModels({}).prices
    assert prices.of(QWEN, AT) is None
    assert prices.window(QWEN) is None
    assert prices.of("scripted", AT) is None


@pytest.mark.parametrize(
    "text",
    [
        "prices = 3",
        "[prices.m]\ninput = 1",
        "[prices.m]\ncached = 1",
        "[prices.m]\ninput = -1\noutput = 1",
        "[prices.m]\ninput = inf\noutput = 1",
        "[prices.m]\nwindow = 0",
        "[prices.m]\ninput = 1\noutput = 1\nper_call = 2",
    ],
)
def test_prices_that_cannot_be_right_are_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match="expected"):
        read_models_file(configured_by(tmp_path, text))


async def test_a_run_does_not_begin_with_a_file_that_is_not_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOLDFAST_MODELS", configured_by(tmp_path, "prices = 3")["HOLDFAST_MODELS"])
    agent = Agent("clerk", prompt=Prompt("clerk", "You tell."), model=QWEN)
    async with Runtime.open("memory:") as runtime:
        with pytest.raises(InputError, match="HOLDFAST_MODELS"):
            await runtime.start(agent, "What time is it?")


async def test_the_journal_tells_cost_table_and_first_token_of_each_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOLDFAST_MODELS", configured_by(tmp_path, FILE)["HOLDFAST_MODELS"])
    chunks = (
        {"model": "m-1", "choices": [{"index": 0, "delta": {"reasoning": "Noon, I think."}}]},
        {"choices": [{"index": 0, "delta": {"content": "Noon."}, "finish_reason": "stop"}]},
        {"choices": [], "usage": {"prompt_tokens": 1_000, "completion_tokens": 100}},
    )
    said = [b"data: %b\n\n" % json.dumps(chunk).encode() for chunk in chunks]
    async with serving(
        Faulty(headers={"content-type": "text/event-stream"}, pieces=(*said, b"data: [DONE]\n\n"))
    ) as server:
        agent = Agent("clerk", prompt=Prompt("clerk", "You tell."), model=f"openai-compatible:qwen3@{server.url}/v1")
        async with Runtime.open("memory:") as runtime:
            run = await runtime.start(agent, "What time is it?")
            assert await run.result() == "Noon."
            (replied,) = of_kind(await events_of(run), ModelReplied)
            spent = (await run.state()).spend
    assert (replied.usage.cost_usd, replied.prices) == (0.00014, "configured")
    assert replied.first_token_seconds is not None
    assert 0 <= replied.first_token_seconds <= replied.seconds
    assert (spent.usd, spent.calls_of_unknown_cost) == (0.00014, 0)
