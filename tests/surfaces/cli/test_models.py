"""``holdfast models`` lists what can be named; ``holdfast doctor --model`` asks, and says what came of it."""

import asyncio
import json
from pathlib import Path

import msgspec
import pytest

from holdfast.integration.gateway.limits.rate import Rate
from holdfast.kernel.breaker import State
from holdfast.kernel.clock import SystemClock
from holdfast.runtime.models.health import STALE_SECONDS, AccountHealth, Health, health_file
from tests.integration.gateway.providers.faulty import KEY, Faulty, serving
from tests.surfaces.cli.program import Program

VARIABLES = ("ANTHROPIC_API_KEY", "OPENAI_API_KEY", "OPENAI_COMPATIBLE_API_KEY", "GEMINI_API_KEY", "GOOGLE_API_KEY")
MODELS = 'small = "openai-compatible:m-1@http://127.0.0.1:8080/v1"\nlarge = "anthropic:claude-sonnet-4-6"\n'


@pytest.fixture(autouse=True)
def _without_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*VARIABLES, "HOLDFAST_MODELS"):
        monkeypatch.delenv(name, raising=False)


def configured(monkeypatch: pytest.MonkeyPatch, folder: Path, text: str = MODELS) -> None:
    (folder / "models.toml").write_text(text, encoding="utf-8")
    monkeypatch.setenv("HOLDFAST_MODELS", str(folder / "models.toml"))


def test_each_provider_is_listed_with_what_it_still_needs(holdfast: Program) -> None:
    listed = {one["name"]: one for one in holdfast.bare("models", "--json").json}
    assert list(listed) == ["anthropic:…", "openai:…", "openai-chat:…", "openai-compatible:…", "google:…"]
    assert (listed["anthropic:…"]["is_ready"], listed["anthropic:…"]["keys"]) == (False, ["ANTHROPIC_API_KEY"])
    assert listed["openai-compatible:…"]["is_ready"]
    assert "set GEMINI_API_KEY or GOOGLE_API_KEY" in " ".join(holdfast.bare("models").out.split())


def test_what_is_configured_comes_first_and_no_key_is_shown(holdfast: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    configured(monkeypatch, holdfast.folder)
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    done = holdfast.bare("models", "--json")
    large, small = done.json[:2]
    assert (large["name"], large["model"], large["is_ready"]) == ("large", "claude-sonnet-4-6", True)
    assert (small["name"], small["server"]) == ("small", "http://127.0.0.1:8080/v1")
    assert KEY not in done.out
    assert KEY not in holdfast.bare("models").out


PRICES = "[prices.m-1]\ninput = 0.5\noutput = 2\nwindow = 8000\n"


def test_windows_and_prices_are_listed_with_whose_they_are(holdfast: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    configured(monkeypatch, holdfast.folder, MODELS + PRICES)
    large, small = holdfast.bare("models", "--json").json[:2]
    assert large["window"] > 100_000
    assert (large["is_window_configured"], large["prices"].split()[0]) == (False, "genai-prices")
    assert large["price"]["output"]["usd"] > large["price"]["input"]["usd"] > large["price"]["cached"]["usd"]
    assert (small["window"], small["is_window_configured"], small["prices"]) == (8_000, True, "configured")
    told = holdfast.bare("models").out
    assert "0.5 + 2 (set)" in told
    assert "prices of genai-prices" in told


def test_a_price_that_is_not_known_is_told_as_such(holdfast: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    configured(monkeypatch, holdfast.folder)
    small = holdfast.bare("models", "small", "--json").json[0]
    assert (small["price"], small["prices"], small["window"]) == (None, None, None)
    assert "unknown" in holdfast.bare("models", "small").out


def test_any_model_can_be_looked_up_by_its_name(holdfast: Program) -> None:
    (found,) = holdfast.bare("models", "openai:gpt-4o", "--json").json
    assert (found["name"], found["window"]) == ("openai:gpt-4o", 128_000)
    assert holdfast.bare("models", "no such model").code == 2


ROUTES = """
[large]
routes = ["anthropic:claude-sonnet-4-6", { model = "openai:gpt-5.5", account = "backup", window = 300000 }]
cache = "1h"
hedge = "p95"
[accounts.backup]
provider = "openai"
key = "BACKUP_KEY"
tokens_per_minute = 200000
"""


def health(folder: Path, at: float) -> None:
    """Write what a process that drives would."""
    account = AccountHealth(
        account="backup",
        model="openai:gpt-5.5",
        breaker=State.OPEN,
        limits=Rate(requests=500, input_tokens=200_000, at_once=8),
        share=0.49,
        left=0.25,
        under_way=3,
        trouble="model 'openai:gpt-5.5': the provider has too much to do (503)",
        trouble_at=at - 2,
    )
    health_file(folder / "runs.db").write_bytes(msgspec.json.encode(Health(at, 4711, (account,))))


def test_each_place_of_a_model_is_listed_with_its_account(holdfast: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    configured(monkeypatch, holdfast.folder, ROUTES)
    monkeypatch.setenv("BACKUP_KEY", KEY)
    first, second = holdfast.bare("models", "--store", f"sqlite:///{holdfast.folder}/runs.db", "--json").json[:2]
    assert (first["name"], first["account"], first["is_ready"]) == ("large", "anthropic", False)
    assert (first["is_window_configured"], second["window"], second["is_window_configured"]) == (False, 300_000, True)
    assert (second["account"], second["keys"], second["is_ready"]) == ("backup", ["BACKUP_KEY"], True)
    assert (second["limits"], second["prefer"], second["cache"]) == ({"input_tokens": 200_000}, "order", "1h")
    assert (second["hedge"], second["health"]) == ("p95", None)


@pytest.mark.parametrize(("age", "told"), [(1.0, "as of"), (3_600.0, "stale: process 4711 wrote this 1 h")])
def test_how_accounts_stand_in_the_driving_process_is_told_and_how_old_that_is(
    holdfast: Program, monkeypatch: pytest.MonkeyPatch, age: float, told: str
) -> None:
    configured(monkeypatch, holdfast.folder, ROUTES)
    health(holdfast.folder, SystemClock().now() - age)
    store = ("--store", f"sqlite:///{holdfast.folder}/runs.db")
    record = holdfast.bare("models", *store, "--json").json[1]["health"]
    assert (record["breaker"], record["under_way"], record["is_stale"]) == ("open", 3, age > STALE_SECONDS)
    out = " ".join(holdfast.bare("models", *store).out.split())
    assert told in out
    assert "left alone" in out


def test_a_file_of_models_that_is_not_right_is_a_problem(holdfast: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    configured(monkeypatch, holdfast.folder, "small = 3")
    assert holdfast.bare("models").code == 2
    done = holdfast("doctor", "--json")
    assert (done.code, done.json["ok"]) == (1, False)


def test_the_doctor_tells_of_a_model_that_lacks_its_key(holdfast: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    configured(monkeypatch, holdfast.folder)
    checks = {check["about"]: check["level"] for check in holdfast("doctor", "--json").json["checks"]}
    assert (checks["model large"], checks["models"]) == ("warn", "ok")


ANSWER = {"model": "m-1", "choices": [{"delta": {"content": "yes"}, "finish_reason": "stop"}]}


@pytest.mark.parametrize(
    ("status", "said", "code", "told"),
    [
        (200, b"data: %b\n\n" % json.dumps(ANSWER).encode(), 0, "m-1 answered"),
        (401, b'{"error": {"message": "no such key"}}', 1, "no such key"),
    ],
)
async def test_the_doctor_asks_a_model_that_is_named(
    holdfast: Program, status: int, said: bytes, code: int, told: str
) -> None:
    async with serving(Faulty(status, pieces=(said,))) as server:
        name = f"openai-compatible:m-1@{server.url}/v1"
        done = await asyncio.to_thread(holdfast, "doctor", "--model", name, "--json")
    checks = {check["about"]: check["found"] for check in done.json["checks"]}
    assert told in checks[f"model {name}"]
    assert (done.code, server.requests) == (code, 1)
