"""What the conversation holds: the sections of the task, the calls made and what came of them."""

from collections.abc import Mapping, Sequence

import msgspec

from holdfast.integration.gateway.offline import Answer, answered
from holdfast.integration.gateway.speech import Wanted
from holdfast.kernel.messages import Message, Role, ToolResult

HEADINGS = (
    "The meeting",
    "The reports",
    "The question",
    "The day, and what the sources hold",
    "What was collected so far",
    "The source, and the day",
    "The title",
    "The unit",
    "What stands out",
    "The columns",
    "The rows",
)


class Came(msgspec.Struct, frozen=True):
    """A call and what came of it: JSON data, or the text of what went wrong."""

    tool: str
    arguments: Mapping[str, object]
    value: object
    is_error: bool


class Heard(msgspec.Struct, frozen=True):
    """All that has been said."""

    sections: Mapping[str, str]
    results: tuple[Came, ...]

    def text(self, heading: str) -> str:
        """Return what stands under a heading of the task."""
        return self.sections.get(heading, "")

    def data(self, heading: str) -> object:
        """Return the JSON that stands under a heading of the task."""
        return as_json(self.text(heading))

    def of(self, tool: str) -> list[Came]:
        """Return what came of the calls of one tool."""
        return [result for result in self.results if result.tool == tool]


def hear(messages: Sequence[Message]) -> Heard:
    """Return what a conversation holds."""
    results = tuple(_came(call.tool, call.arguments, result) for call, result in answered(messages))
    task = next((message.text for message in messages if message.role is Role.USER), "")
    return Heard(_sections(task), results)


def answer(value: object) -> Answer:
    """Return an answer that is data."""
    return Answer(msgspec.json.encode(value).decode())


def calls(*wanted: Wanted) -> Answer:
    """Return an answer that asks for calls."""
    return Answer(wanted=wanted)


def as_json(text: str) -> object:
    """Return the data of a text, or the text itself if it is none."""
    try:
        value: object = msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text
    return value


def _came(tool: str, given: str, result: ToolResult) -> Came:
    arguments = as_json(given)
    value: object = result.content
    if not result.is_error:
        value = as_json(result.content)
        if isinstance(value, str):  # data may stand below a line that says something of the call
            value = as_json(result.content.partition("\n")[2])
    return Came(tool, arguments if isinstance(arguments, dict) else {}, value, result.is_error)


def _sections(task: str) -> dict[str, str]:
    """Return the text under each heading. A heading is a whole line, so that no text within a section begins one."""
    found: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in task.splitlines():
        heading = line.removesuffix(":")
        if line.endswith(":") and heading in HEADINGS and heading not in found:
            lines = found.setdefault(heading, [])
        else:
            lines.append(line)
    return {heading: "\n".join(under).strip() for heading, under in found.items()}
