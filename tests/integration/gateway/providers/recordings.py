"""Real exchanges with providers, as they lie in the folder that ``HOLDFAST_DATA`` names."""

import base64
import gzip
import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

DATA = os.environ.get("HOLDFAST_DATA")
needs_recordings = pytest.mark.skipif(
    not DATA or not (Path(DATA) / "cassettes").is_dir(),
    reason="recorded exchanges are looked for in the folder that HOLDFAST_DATA names",
)

Counted = Callable[[str, object], None]
"""Takes down a line for the end of the report, under the name ``counted``."""

ANTHROPIC, CHAT, RESPONSES, GOOGLE = "anthropic messages", "chat completions", "openai responses", "google generate"
APIS = (ANTHROPIC, CHAT, RESPONSES, GOOGLE)
_PATHS = {
    ANTHROPIC: re.compile(r"/v1/messages$"),
    CHAT: re.compile(r"/chat/completions$"),
    RESPONSES: re.compile(r"/responses$"),
    GOOGLE: re.compile(r"/models/[^:/]+:(generateContent|streamGenerateContent)$"),
}


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was asked and what came back."""

    name: str
    api: str | None
    url: str
    request: Any
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc

    @property
    def asks_for_stream(self) -> bool:
        return bool(self.request.get("stream")) or ":stream" in self.url

    @property
    def streams(self) -> bool:
        return "event-stream" in self.headers.get("content-type", "")


def exchanges(api: str) -> list[Exchange]:
    """Return the exchanges of one API, in a fixed order."""
    return [exchange for exchange in every_exchange() if exchange.api == api]


@cache
def every_exchange() -> tuple[Exchange, ...]:
    return tuple(_read())


def fixture(name: str) -> bytes:
    """Return one file of the provider fixtures."""
    assert DATA is not None
    return (Path(DATA) / "provider_fixtures" / name).read_bytes()


def fixture_names(*prefixes: str) -> list[str]:
    """Return the names of the provider fixtures that begin like this; none where there are no recordings."""
    folder = Path(DATA or "") / "provider_fixtures"
    names = sorted(file.name for file in folder.iterdir()) if DATA and folder.is_dir() else []
    return [name for name in names if name.startswith(prefixes)]


def _read() -> Iterator[Exchange]:
    assert DATA is not None
    for file in sorted(Path(DATA, "cassettes").glob("*.jsonl.gz")):
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            for line in lines:
                yield _exchange(json.loads(line))


def _exchange(found: dict[str, Any]) -> Exchange:
    path = urlsplit(found["url"]).path
    is_call = found["method"] == "POST"
    api = next((api for api, pattern in _PATHS.items() if is_call and pattern.search(path)), None)
    body = found["body"].encode() if "body" in found else base64.b64decode(found["body_b64"])
    name = f"{found['path'].removeprefix('tests/cassettes/').removesuffix('.yaml')}#{found['i']}"
    return Exchange(name, api, found["url"], found["request"], found["status"], found["headers"], body)
