"""What the conversation holds: the sections of the task, the calls made and what came of them."""

from collections.abc import Mapping, Sequence

import msgspec

from holdfast.integration.gateway.offline import Answer, answered
from holdfast.integration.gateway.speech import Wanted
from holdfast.kernel.messages import Message, Role, ToolResult

SECTIONS = ("What was said before:", "The customer's whole message", "Your part of it:", "The customer writes:")


class Came(msgspec.Struct, frozen=True):
    """A call and what came of it: JSON data, or the text of what went wrong."""

    tool: str
    arguments: Mapping[str, object]
    value: object
    is_error: bool

    @property
    def records(self) -> list[dict[str, object]]:
        """The records it gave: a list of them, or one."""
        found = self.value if isinstance(self.value, list) else [self.value]
        return [each for each in found if isinstance(each, dict)]


class Heard(msgspec.Struct, frozen=True):
    """All that has been said."""

    task: str
    message: str
    """The customer's whole message."""
    request: str
    """The part of it that is to be seen to."""
    results: tuple[Came, ...]

    def of(self, tool: str) -> list[Came]:
        """Return what came of the calls of one tool."""
        return [result for result in self.results if result.tool == tool]

    def has_called(self, tool: str, **arguments: object) -> bool:
        """Whether a call was made with these arguments, and perhaps others."""
        return any(arguments.items() <= dict(result.arguments).items() for result in self.of(tool))


def hear(messages: Sequence[Message]) -> Heard:
    """Return what a conversation holds."""
    results = tuple(
        Came(call.tool, _json(call.arguments) or {}, _value(result), result.is_error)  # type: ignore[arg-type]  # what it said itself
        for call, result in answered(messages)
    )
    task = next((message.text for message in messages if message.role is Role.USER), "")
    message = _section(task, SECTIONS[1]) or _section(task, SECTIONS[3]) or task
    return Heard(task, message, _section(task, SECTIONS[2]) or message, results)


def say(text: str) -> Answer:
    """Return an answer in words."""
    return Answer(text)


def call(tool: str, **arguments: object) -> Answer:
    """Return an answer that asks for one call."""
    return Answer(wanted=(Wanted(tool, arguments),))


def _section(task: str, heading: str) -> str:
    """Return what stands under a heading, up to the next."""
    start = task.find(heading)
    if start < 0:
        return ""
    start = task.index(":", start) + 1
    ends = [found for other in SECTIONS if (found := task.find(other, start)) >= 0]
    return task[start : min(ends, default=len(task))].strip()


def _value(result: ToolResult) -> object:
    """Return the data of a result, which may stand below a line that says something of the call."""
    if result.is_error:
        return result.content
    found = _json(result.content)
    return _json(result.content.partition("\n")[2]) if isinstance(found, str) else found


def _json(text: str) -> object:
    try:
        value: object = msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text
    return value
