"""Slack's operations as tools."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

import msgspec
from pydantic import Field

from holdfast.integration.connectors.connector import PROBE_PAGES_MAX, Connector
from holdfast.integration.connectors.slack.envelope import next_cursor, opened, rows
from holdfast.integration.secrets.secret import Secret
from holdfast.integration.tools.probe import Answer, DidNot, Happened, Unknown
from holdfast.integration.tools.signature import IdempotencyKey

Token = Annotated[Secret, "secret://slack-token"]
Page = Annotated[str, Field(description="The next_cursor of the page before; empty for the first page.")]
Channel = Annotated[str, Field(pattern=r"^[CGD][A-Z0-9]{2,20}$", description="The id of a channel, such as C024BE91L.")]
Ts = Annotated[str, Field(pattern=r"^(\d{1,12}\.\d{1,6})?$")]

ADDRESS = "https://slack.com/api"
PAGE_ROWS = 100
PROBE_ROWS = 200
TEXT_CHARACTERS_MAX = 4_000
"""What Slack recommends; beyond it cuts messages into several."""
EVENT_TYPE = "holdfast_call"
"""The type of the metadata in which a message bears the key of its call."""


@dataclass(frozen=True, slots=True)
class ChannelFound:
    """A channel."""

    id: str
    name: str
    is_private: bool
    is_member: bool
    topic: str


@dataclass(frozen=True, slots=True)
class Channels:
    """A page of channels; ``next_cursor`` is empty on the last."""

    channels: list[ChannelFound]
    next_cursor: str


@dataclass(frozen=True, slots=True)
class Message:
    """A message; ``ts`` is its id within its channel, ``replies`` how many there are in its thread."""

    ts: str
    user: str
    text: str
    thread_ts: str
    replies: int


@dataclass(frozen=True, slots=True)
class Messages:
    """A page of messages; ``next_cursor`` is empty on the last."""

    messages: list[Message]
    next_cursor: str


@dataclass(frozen=True, slots=True)
class Posted:
    """Where a message stands."""

    channel: str
    ts: str


class Slack(Connector):
    """Tools that act as whoever the secret ``slack-token`` belongs to: give each user one of their own."""

    def __init__(self, name: str = "slack", base_url: str = ADDRESS) -> None:
        super().__init__(name, base_url)
        self.reads(self.list_channels, self.read_channel, self.read_thread)
        self.writes(self.post_message, self._posted)

    async def list_channels(self, cursor: Page = "", *, token: Token) -> Channels:
        """List the public and private channels that can be seen, archived ones left out."""
        asked = {"types": "public_channel,private_channel", "exclude_archived": "true", "limit": PAGE_ROWS}
        body = await self._look("conversations.list", {**asked, "cursor": cursor}, token)
        return Channels([_channel(each) for each in rows(body, "channels")], next_cursor(body))

    async def read_channel(self, channel: Channel, cursor: Page = "", *, token: Token) -> Messages:
        """Read the messages of a channel, newest first, without the replies in threads."""
        asked = {"channel": channel, "limit": PAGE_ROWS, "cursor": cursor}
        return _messages(await self._look("conversations.history", asked, token))

    async def read_thread(self, channel: Channel, thread_ts: Ts, cursor: Page = "", *, token: Token) -> Messages:
        """Read a thread, oldest first: the message that began it, and the replies."""
        asked = {"channel": channel, "ts": thread_ts, "limit": PAGE_ROWS, "cursor": cursor}
        return _messages(await self._look("conversations.replies", asked, token))

    async def post_message(
        self,
        channel: Channel,
        text: Annotated[str, Field(min_length=1, max_length=TEXT_CHARACTERS_MAX)],
        thread_ts: Ts = "",
        *,
        key: IdempotencyKey,
        token: Token,
    ) -> Posted:
        """Post a message in a channel, or in a thread of it. It mentions nobody: the text is shown as it is."""
        marker = {"event_type": EVENT_TYPE, "event_payload": {"key": key}}
        message = {"channel": channel, "text": _escaped(text), "metadata": marker}
        if thread_ts:
            message["thread_ts"] = thread_ts
        headers = [_bearer(token), ("content-type", "application/json; charset=utf-8")]
        answer = await self.send("POST", "/chat.postMessage", headers, msgspec.json.encode(message), looks=False)
        body = opened(self.name, answer, looks=False)
        return Posted(str(body.get("channel", channel)), str(body.get("ts", "")))

    async def _posted(self, channel: str, thread_ts: str, *, key: IdempotencyKey, token: Token) -> Answer:
        """Look for the message that bears the key, newest first in a channel. Slack knows no idempotency keys."""
        async for message in self._with_metadata(channel, thread_ts, token):
            if message is None:
                return Unknown()
            if _key_of(message) == key:
                return Happened(Posted(channel, str(message.get("ts", ""))))
        return DidNot()

    async def _with_metadata(
        self, channel: str, thread_ts: str, token: Secret
    ) -> AsyncIterator[dict[str, object] | None]:
        """Yield the messages; None where there are more than are looked through."""
        asked: dict[str, object] = {"channel": channel, "limit": PROBE_ROWS, "include_all_metadata": "true"}
        method = "conversations.replies" if thread_ts else "conversations.history"
        if thread_ts:
            asked["ts"] = thread_ts
        cursor = ""
        for _ in range(PROBE_PAGES_MAX):
            body = await self._look(method, {**asked, "cursor": cursor}, token)
            for message in rows(body, "messages"):
                yield message
            cursor = next_cursor(body)
            if not cursor:
                return
        yield None

    async def _look(self, method: str, asked: Mapping[str, object], token: Secret) -> dict[str, object]:
        query = urlencode({name: value for name, value in asked.items() if value != ""})
        return opened(self.name, await self.send("GET", f"/{method}?{query}", [_bearer(token)], looks=True), looks=True)


def _bearer(token: Secret) -> tuple[str, str]:
    return "authorization", f"Bearer {token.reveal()}"


def _escaped(text: str) -> str:
    """Return ``text`` without what Slack would read as a mention of somebody, or of everybody."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _key_of(message: Mapping[str, object]) -> object:
    metadata = message.get("metadata")
    payload = metadata.get("event_payload") if isinstance(metadata, dict) else None
    is_ours = isinstance(metadata, dict) and metadata.get("event_type") == EVENT_TYPE
    return payload.get("key") if is_ours and isinstance(payload, dict) else None


def _channel(told: Mapping[str, object]) -> ChannelFound:
    topic = told.get("topic")
    said = str(topic.get("value", "")) if isinstance(topic, dict) else ""
    return ChannelFound(
        str(told.get("id", "")),
        str(told.get("name", "")),
        told.get("is_private") is True,
        told.get("is_member") is True,
        said,
    )


def _messages(body: Mapping[str, object]) -> Messages:
    return Messages([_message(each) for each in rows(body, "messages")], next_cursor(body))


def _message(told: Mapping[str, object]) -> Message:
    replies = told.get("reply_count")
    return Message(
        str(told.get("ts", "")),
        str(told.get("user") or told.get("bot_id") or ""),
        str(told.get("text", "")),
        str(told.get("thread_ts", "")),
        replies if isinstance(replies, int) else 0,
    )
