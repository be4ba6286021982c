"""A Slack for tests: channels, threads, cursors, limits and refusals, as the Web API has them."""

from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import msgspec

from holdfast.integration.http.port import Answer, Request
from holdfast.integration.http.served import HangUp

PAGE_ROWS_MAX = 999
TEXT_CHARACTERS_MAX = 40_000


@dataclass
class FakeChannel:
    """A channel, and what was said in it."""

    id: str
    name: str
    members: set[str]
    is_private: bool = False
    is_archived: bool = False
    topic: str = ""
    messages: list[dict[str, object]] = field(default_factory=list)
    """Oldest first, replies too."""


class FakeSlack:
    """Answers requests as Slack would; serve it with ``served``."""

    def __init__(self) -> None:
        self.users: dict[str, str] = {}
        """The id of a user by their token."""
        self.channels: dict[str, FakeChannel] = {}
        self.requests: list[Request] = []
        self.page_rows_max = PAGE_ROWS_MAX
        self.limited_seconds: list[int] = []
        """How long each of the next requests is told to stay away."""
        self.errors: list[str] = []
        """What each of the next requests is told went wrong."""
        self.hangs_up_before = self.hangs_up_after = False
        """Whether the next message is lost on its way, or its answer is."""
        self._said = 0

    def add(self, channel: FakeChannel) -> FakeChannel:
        """Open a channel."""
        self.channels[channel.id] = channel
        return channel

    def say(self, channel: str, user: str, text: str, **more: object) -> str:
        """Have somebody post a message; return its ts."""
        self._said += 1
        ts = f"{1_700_000_000 + self._said}.000100"
        self.channels[channel].messages.append({"type": "message", "user": user, "text": text, "ts": ts, **more})
        return ts

    async def __call__(self, request: Request) -> Answer:
        self.requests.append(request)
        if self.limited_seconds:
            seconds = {"retry-after": str(self.limited_seconds.pop(0))}
            return _envelope({"ok": False, "error": "ratelimited"}, 429, seconds)
        address = urlsplit(request.url)
        user = self.users.get(request.header("authorization").removeprefix("Bearer "))
        if user is None:
            return _wrong("invalid_auth" if request.header("authorization") else "not_authed")
        if self.errors:
            return _wrong(self.errors.pop(0))
        asked = {name: values[0] for name, values in parse_qs(address.query).items()}
        match address.path.rpartition("/")[2]:
            case "conversations.list":
                return self._list(user, asked)
            case "conversations.history":
                return self._history(user, asked)
            case "conversations.replies":
                return self._replies(user, asked)
            case "chat.postMessage" if request.method == "POST":
                return self._post(user, request)
            case _:
                return _wrong("unknown_method")

    def _list(self, user: str, asked: dict[str, str]) -> Answer:
        seen = [each for each in self.channels.values() if not each.is_private or user in each.members]
        open_ = [each for each in seen if not (each.is_archived and asked.get("exclude_archived") == "true")]
        told: list[dict[str, object]] = [
            {
                "id": each.id,
                "name": each.name,
                "is_private": each.is_private,
                "is_member": user in each.members,
                "is_archived": each.is_archived,
                "topic": {"value": each.topic},
            }
            for each in open_
        ]
        return self._page("channels", told, asked)

    def _history(self, user: str, asked: dict[str, str]) -> Answer:
        channel = self._seen(user, asked.get("channel", ""))
        if isinstance(channel, Answer):
            return channel
        own = [each for each in reversed(channel.messages) if each.get("thread_ts", each["ts"]) == each["ts"]]
        return self._page("messages", _told(own, asked), asked)

    def _replies(self, user: str, asked: dict[str, str]) -> Answer:
        channel = self._seen(user, asked.get("channel", ""))
        if isinstance(channel, Answer):
            return channel
        thread = [each for each in channel.messages if asked.get("ts") in (each["ts"], each.get("thread_ts"))]
        return self._page("messages", _told(thread, asked), asked) if thread else _wrong("thread_not_found")

    def _post(self, user: str, request: Request) -> Answer:
        if self.hangs_up_before:
            self.hangs_up_before = False
            raise HangUp
        message = msgspec.json.decode(request.body)
        channel = self._seen(user, message.get("channel", ""))
        if isinstance(channel, Answer):
            return channel
        if user not in channel.members or channel.is_archived:
            return _wrong("is_archived" if channel.is_archived else "not_in_channel")
        text = message.get("text", "")
        if not text or len(text) > TEXT_CHARACTERS_MAX:
            return _wrong("msg_too_long" if text else "no_text")
        more = {name: message[name] for name in ("thread_ts", "metadata") if name in message}
        ts = self.say(channel.id, user, text, **more)
        if self.hangs_up_after:
            self.hangs_up_after = False
            raise HangUp
        return _envelope({"ok": True, "channel": channel.id, "ts": ts, "message": channel.messages[-1]})

    def _seen(self, user: str, channel: str) -> FakeChannel | Answer:
        found = self.channels.get(channel)
        if found is None or (found.is_private and user not in found.members):
            return _wrong("channel_not_found")
        return found

    def _page(self, name: str, listed: list[dict[str, object]], asked: dict[str, str]) -> Answer:
        start = int(b64decode(asked["cursor"]).removeprefix(b"next:")) if asked.get("cursor") else 0
        end = start + min(int(asked.get("limit", 100)), self.page_rows_max)
        following = b64encode(f"next:{end}".encode()).decode() if end < len(listed) else ""
        told = {"ok": True, name: listed[start:end], "response_metadata": {"next_cursor": following}}
        return _envelope({**told, "has_more": bool(following)} if name == "messages" else told)


def _told(messages: list[dict[str, object]], asked: dict[str, str]) -> list[dict[str, object]]:
    """Return messages as they are shown: metadata only to who asks for it."""
    if asked.get("include_all_metadata") == "true":
        return messages
    return [{name: value for name, value in each.items() if name != "metadata"} for each in messages]


def _wrong(error: str) -> Answer:
    return _envelope({"ok": False, "error": error})


def _envelope(body: dict[str, object], status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    told = {"content-type": "application/json; charset=utf-8", **(headers or {})}
    return Answer(status, told, msgspec.json.encode(body))
