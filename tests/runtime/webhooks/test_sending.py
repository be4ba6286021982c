"""Whoever waits for people has them told: signed, again until it is heard, and never in the way of a run."""

import asyncio
import http.server
import json
import threading
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from holdfast.journal.events.approvals import Ruling
from holdfast.runtime.webhooks.configuration import Webhook
from holdfast.runtime.webhooks.post import post
from holdfast.runtime.webhooks.sending import RETRY_SECONDS_FIRST, RETRY_SECONDS_MAX, Sender
from holdfast.runtime.webhooks.signing import headers, read_secret
from tests.orchestration.bank import Bank
from tests.orchestration.counter import CALL, Rule, counter, pays, waiting
from tests.runtime.stage import Stage

SECRET = read_secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
URL = "https://desk.example/hook"
HOOK = Webhook(url=URL, secret=SECRET)


@dataclass
class Service:
    """Takes what it is sent; answers as it is told, well when there is nothing left to answer."""

    answers: list[int] = field(default_factory=list)
    taken: list[tuple[str, Mapping[str, str], dict[str, Any]]] = field(default_factory=list)

    async def post(self, url: str, told: Mapping[str, str], body: bytes) -> int:
        self.taken.append((url, told, json.loads(body)))
        return self.answers.pop(0) if self.answers else 204

    @property
    def ids(self) -> list[str]:
        return [told["webhook-id"] for _, told, _ in self.taken]


@asynccontextmanager
async def sending(stage: Stage, service: Service, *hooks: Webhook) -> AsyncIterator[Sender]:
    """Send what waits on the stage's disk, as a process does that drives."""
    store = stage.store()
    sender = Sender(hooks or (HOOK,), store, stage.clock, service.post)
    sender.drives = lambda: True
    await store.open()
    serving = asyncio.create_task(sender.serve())
    try:
        await stage.clock.advance(0)
        yield sender
    finally:
        serving.cancel()
        await asyncio.wait((serving,))
        await store.close()


async def held(stage: Stage, user: str | None = None) -> Any:
    """Return a run that waits for a yes, on a stage where nobody drives any more."""
    async with stage.runtime(pays(), apps=[counter(Bank(stage.clock))], decides=Rule()) as runtime:
        run = await runtime.start("root", "pay the rent", user=user)
        await waiting(stage, run)
    return run.id


async def test_what_waits_is_sent_once_signed_and_with_all_that_it_takes_to_decide() -> None:
    stage, service = Stage(), Service()
    run = await held(stage, user="carl")
    async with sending(stage, service) as sender:
        sender.look_at(run)
        await stage.clock.advance(1)
    ((url, told, body),) = service.taken
    assert (url, body["type"], body["data"]["run"], body["data"]["path"]) == (URL, "approval.asked", run, CALL)
    assert (body["data"]["tool"], body["data"]["user"], body["data"]["arguments"]) == (
        "cash",
        "carl",
        '{"what":"rent"}',
    )
    raw = json.dumps(body, separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode()
    assert told == headers(SECRET, told["webhook-id"], float(told["webhook-timestamp"]), raw)


async def test_a_thin_webhook_is_told_where_and_not_what() -> None:
    stage, service = Stage(), Service()
    await held(stage)
    async with sending(stage, service, Webhook(url=URL, secret=SECRET, is_thin=True)):
        pass
    (body,) = (body for _, _, body in service.taken)
    assert set(body["data"]) == {"run", "app", "tenant", "path", "number", "digest"}


async def test_it_is_sent_again_later_and_later_under_the_same_id_until_it_is_taken() -> None:
    stage, service = Stage(), Service([500, 0, 302])
    await held(stage)
    began = stage.clock.now()
    async with sending(stage, service):
        for _ in range(3):
            await stage.clock.advance(4 * RETRY_SECONDS_FIRST)
        await stage.clock.advance(RETRY_SECONDS_MAX)
    assert len(service.taken) == 4
    assert len(set(service.ids)) == 1
    sent = [float(told["webhook-timestamp"]) - int(began) for _, told, _ in service.taken]
    assert sent == [0, RETRY_SECONDS_FIRST, 3 * RETRY_SECONDS_FIRST, 7 * RETRY_SECONDS_FIRST]


async def test_what_does_not_wait_any_more_is_not_sent_again() -> None:
    stage, service = Stage(), Service([500])
    run = await held(stage)
    async with sending(stage, service):
        assert len(service.taken) == 1
    async with stage.runtime(pays(), apps=[counter(Bank(stage.clock))], decides=Rule()) as runtime:
        handle = await runtime.run(run)
        await handle.decide(CALL, Ruling.REJECT, by="Ann")
        await stage.result(handle)
    async with sending(stage, service):
        await stage.clock.advance(RETRY_SECONDS_FIRST)
    assert len(service.taken) == 1


async def test_the_next_process_tells_again_under_the_same_id() -> None:
    stage, service = Stage(), Service()
    await held(stage)
    for _ in range(2):
        async with sending(stage, service):
            pass
    assert len(service.taken) == 2
    assert len(set(service.ids)) == 1


async def test_a_webhook_of_other_apps_is_told_nothing_and_one_that_wants_no_more_neither() -> None:
    stage, service = Stage(), Service([410])
    first = await held(stage)
    async with sending(stage, service, Webhook(url=URL, secret=SECRET, apps=("other",)), HOOK) as sender:
        assert len(service.taken) == 1
        sender.look_at(first)
        await stage.clock.advance(RETRY_SECONDS_MAX)
    assert len(service.taken) == 1


@pytest.fixture
def listener() -> Iterator[tuple[str, list[bytes]]]:
    """A service on this machine, and what it has been sent."""
    taken: list[bytes] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            taken.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(302 if self.path == "/elsewhere" else 200)
            self.send_header("location", "/")
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", taken
    server.shutdown()
    server.server_close()
    thread.join()


async def test_it_is_posted_as_it_is_and_no_redirect_is_followed(listener: tuple[str, list[bytes]]) -> None:
    url, taken = listener
    assert await post(f"{url}/hook?a=1", {"x": "y"}, b"body") == 200
    assert await post(f"{url}/elsewhere", {}, b"again") == 302
    assert taken == [b"body", b"again"]
    assert await post("http://127.0.0.1:1/", {}, b"") == 0


async def test_a_runtime_tells_the_webhooks_of_its_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, listener: tuple[str, list[bytes]]
) -> None:
    url, taken = listener
    file = tmp_path / "hooks.toml"
    file.write_text(f'[[webhooks]]\nurl = "{url}"\nsecret_env = "DESK"\n', encoding="utf-8")
    monkeypatch.setenv("HOLDFAST_WEBHOOKS", str(file))
    monkeypatch.setenv("DESK", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    stage = Stage()
    app = counter(Bank(stage.clock))
    async with stage.runtime(pays(), apps=[app], decides=Rule()) as runtime:
        await runtime.start("root", "pay the rent")
        while not taken:
            await stage.clock.advance(0)
            await asyncio.sleep(0)
    (body,) = taken
    assert json.loads(body)["type"] == "approval.asked"
