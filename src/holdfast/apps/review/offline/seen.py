"""What the conversation holds so far: the task, the calls made, their results put together, and complaints."""

import re
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from holdfast.integration.gateway.speech import Wanted
from holdfast.kernel.messages import Message, Role, ToolCall, ToolResult

PAGES_MAX = 20
"""How many pages of one large result are read."""
READ_RESULT, SEARCH_RESULT = "read_result", "search_result"

_NOTE = "\n[the result goes on: "
_GOES_ON = re.compile(
    r"\n\[the result goes on: \d+ of (?P<total>\d+) characters.*"
    r'read_result\(handle="(?P<handle>\w+)", offset=(?P<offset>\d+)\).*\]\s*\Z',
    re.DOTALL,
)
_PAGE = re.compile(r"\[characters (?P<start>\d+) to (?P<end>\d+) of \d+;[^\]\n]*\]\n")
_SCOPE = re.compile(r"^Scope:[ \t]*(\S.*?)[ \t]*$", re.MULTILINE)
_MAY_RETRY = re.compile(r"^retryable: yes$|\"retryable\":\s*true", re.MULTILINE)


class Result(msgspec.Struct, frozen=True):
    """A call and what came of it. ``value`` is its JSON, or its text where it is none."""

    tool: str
    arguments: dict[str, object]
    value: object = None
    is_error: bool = False
    may_retry: bool = False
    rest: Wanted | None = None
    """The call that reads on where only a part was shown."""

    @property
    def fields(self) -> Mapping[str, object]:
        """The value, if it is a JSON object."""
        return self.value if isinstance(self.value, Mapping) else {}

    def items(self, name: str) -> list[object]:
        """The list under ``name``, empty if there is none."""
        found = self.fields.get(name)
        return found if isinstance(found, list) else []


class Seen(msgspec.Struct, frozen=True):
    """All that has been said."""

    task: str
    results: tuple[Result, ...]
    complaints: tuple[str, ...]
    """What was said against answers, the latest last."""
    answer: str
    """The last answer that was complained of."""

    @property
    def scope(self) -> str:
        """The key of the scope that the task names, empty if it names none."""
        found = _SCOPE.search(self.task)
        return found[1] if found else ""

    def of(self, tool: str) -> list[Result]:
        """Return the results of one tool, in order."""
        return [result for result in self.results if result.tool == tool]

    def has_asked(self, tool: str, arguments: Mapping[str, object]) -> bool:
        """Whether this call was made, and need not be made once more because it failed for the moment."""
        same = [result for result in self.of(tool) if result.arguments == arguments]
        return len(same) > 1 or any(not result.may_retry for result in same)


def look_back(messages: Sequence[Message]) -> Seen:
    """Return what a conversation holds."""
    calls = [call for message in messages for call in message.calls]
    contents = {part.call_id: part for message in messages for part in message.parts if isinstance(part, ToolResult)}
    pages = _pages(calls, contents)
    results = tuple(_result(call, contents[call.call_id], pages) for call in calls if call.call_id in contents)
    said = [message.text for message in messages if message.role is Role.USER]
    answers = [message.text for message in messages if message.role is Role.ASSISTANT and not message.calls]
    return Seen(said[0] if said else "", results, tuple(said[1:]), answers[-1] if answers else "")


def _result(call: ToolCall, content: ToolResult, pages: Mapping[tuple[str, int], str]) -> Result:
    arguments = _json(call.arguments)
    known = dict(arguments) if isinstance(arguments, dict) else {}
    if content.is_error:
        return Result(call.tool, known, content.content, True, _MAY_RETRY.search(content.content) is not None)
    text, rest = _joined(content.content, pages)
    return Result(call.tool, known, text if rest else _json(text), rest=rest)


def _joined(shown: str, pages: Mapping[tuple[str, int], str]) -> tuple[str, Wanted | None]:
    """Return a result with the pages that were read of it, and the call that reads on if it is not whole."""
    end = shown.rfind(_NOTE)
    note = _GOES_ON.match(shown, end) if end >= 0 else None
    if note is None:
        return shown, None
    text, handle = shown[:end], note["handle"]
    offset, total = int(note["offset"]), int(note["total"])
    for _ in range(PAGES_MAX):
        if offset >= total:
            return text, None
        page = pages.get((handle, offset))
        if page is None:
            return text, Wanted(READ_RESULT, {"handle": handle, "offset": offset})
        text += page
        offset += len(page)
    return text, None


def _pages(calls: Iterable[ToolCall], contents: Mapping[str, ToolResult]) -> dict[tuple[str, int], str]:
    """Return the pages that were read, by handle and offset. One that could not be read is empty."""
    pages: dict[tuple[str, int], str] = {}
    for call in calls:
        asked = _json(call.arguments)
        content = contents.get(call.call_id)
        if call.tool != READ_RESULT or content is None or not isinstance(asked, dict):
            continue
        head = _PAGE.match(content.content)
        if head and not content.is_error:
            pages[str(asked.get("handle")), int(head["start"])] = content.content[head.end() :]
    return pages


def _json(text: str) -> object:
    try:
        value: object = msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text
    return value
