"""Arguments that Google streams value by value come together to what was meant."""

import json
import re
from typing import Any

import pytest

from holdfast.integration.gateway.providers.google.client import GoogleAccount
from holdfast.integration.gateway.providers.google.partial_args import ELEMENTS_MAX, add
from holdfast.integration.gateway.providers.google.reply import reply_of
from holdfast.integration.gateway.providers.google.stream import ContentGathering
from tests.integration.gateway.asking import asked, replied
from tests.integration.gateway.providers.recordings import fixture, fixture_names, needs_recordings
from tests.integration.gateway.providers.stand_in import StandIn


def flat(value: Any, path: str = "$") -> dict[str, Any]:
    """Return each value that is no object and no list by its path."""
    if isinstance(value, dict):
        return {at: leaf for name, inner in value.items() for at, leaf in flat(inner, f"{path}.{name}").items()}
    if isinstance(value, list):
        return {at: leaf for place, inner in enumerate(value) for at, leaf in flat(inner, f"{path}[{place}]").items()}
    return {path: value}


def told(events: list[dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    """Return name and values of each call as the events tell them."""
    calls: list[tuple[str, dict[str, Any]]] = []
    parts = [part for event in events for part in event["candidates"][0].get("content", {}).get("parts", [])]
    for call in (part["functionCall"] for part in parts if "functionCall" in part):
        if "name" in call:
            calls.append((call["name"], flat(call["args"]) if call.get("args") else {}))
        for partial in call.get("partialArgs", []):
            values, path = calls[-1][1], partial["jsonPath"]
            (value,) = (value for name, value in partial.items() if re.fullmatch(r"\w+Value", name))
            values[path] = values.get(path, "") + value if isinstance(value, str) else value
    return calls


async def test_signs_that_end_a_line_elsewhere_end_none_here() -> None:
    said = "one\u2028two\x85three"
    event = {"candidates": [{"content": {"parts": [{"text": said}]}, "finishReason": "STOP"}], "modelVersion": "m"}
    body = b"data: %b\r\n\r\n" % json.dumps(event, ensure_ascii=False).encode()
    account = GoogleAccount("key", transport=StandIn(200, {"content-type": "text/event-stream"}, (body,)))
    reply = await replied(account.model("m", "m"), asked("Hello."))
    assert reply.message.text == said


@needs_recordings
@pytest.mark.parametrize("name", [name for name in fixture_names("google__") if "stream-" in name])
def test_streamed_arguments_are_those_that_were_told(name: str) -> None:
    events = [json.loads(line) for line in fixture(name).splitlines()]
    gathering = ContentGathering()
    for event in events:
        gathering.feed(event)
    body = gathering.whole()
    assert body is not None
    calls = reply_of(body).message.calls
    assert [(call.tool, flat(json.loads(call.arguments)) if call.arguments != "{}" else {}) for call in calls] == told(
        events
    )


@pytest.mark.parametrize("path", ["", "$", "a.b", "$.a[", "$.a[x]", f"$.a[{ELEMENTS_MAX}]", "$..a"])
def test_a_path_that_leads_nowhere_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        add({}, {"jsonPath": path, "stringValue": "x"})


def test_a_name_may_stand_in_quotes() -> None:
    args: dict[str, Any] = {}
    add(args, {"jsonPath": "$['a.b'][0]", "boolValue": True})
    assert args == {"a.b": [True]}
