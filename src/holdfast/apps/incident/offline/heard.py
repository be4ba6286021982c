"""What a conversation holds: the sections of the task as data, the queries made and what they found."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from holdfast.integration.gateway.offline import Answer, answered
from holdfast.integration.gateway.speech import Wanted
from holdfast.kernel.messages import Message, Role

Row = list[Any]
Fact = dict[str, object]
SECTIONS = {
    "source": "Your source",
    "brief": "The case",
    "seen": "What was seen",
    "known": "What is known by now",
    "hypotheses": "Hypotheses to test",
    "cause": "What stands",
}
_QUERY = "query_sql"
SAYS_CHARACTERS_MAX = 900


class Found(msgspec.Struct, frozen=True):
    """A query, and the rows that it found; none, if it was refused."""

    statement: str
    parameters: tuple[object, ...]
    rows: tuple[Row, ...]

    def fact(self, says: str, about: str, rows: Sequence[Row], at: str | None = None) -> Fact:
        """Return a claim that cites rows of it."""
        cites = {"statement": self.statement, "parameters": list(self.parameters), "rows": list(rows)}
        return {"says": says[:SAYS_CHARACTERS_MAX], "about": about, "at": at, "cites": cites}


class Heard(msgspec.Struct, frozen=True):
    """All that has been said: the sections by name, and the queries."""

    sections: Mapping[str, Any]
    found: tuple[Found, ...]

    def of(self, statement: str, *parameters: object) -> Found | None:
        """Return what a query found; None if it was not made."""
        asked = (statement, parameters)
        return next((each for each in self.found if (each.statement, each.parameters) == asked), None)


def hear(messages: Sequence[Message]) -> Heard:
    """Return what a conversation holds."""
    task = next((message.text for message in messages if message.role is Role.USER), "")
    found = []
    for call, result in answered(messages):
        asked = _data(call.arguments) or {}
        if call.tool == _QUERY and isinstance(asked, dict):
            rows = () if result.is_error else _rows(result.content)
            found.append(Found(str(asked.get("statement", "")), tuple(asked.get("parameters", ())), rows))
    return Heard({name: _section(task, heading) for name, heading in SECTIONS.items()}, tuple(found))


def say(value: object) -> Answer:
    """Return an answer: data as JSON."""
    return Answer(msgspec.json.encode(value).decode())


def ask(*queries: tuple[str, tuple[object, ...]]) -> Answer:
    """Return an answer that asks for queries, all at once."""
    return Answer(
        wanted=tuple(
            Wanted(_QUERY, {"statement": statement, "parameters": list(parameters)})
            for statement, parameters in queries
        )
    )


def _section(task: str, heading: str) -> Any:
    match = re.search(rf"^{heading}: (.*)$", task, re.MULTILINE)
    return _data(match[1]) if match else None


def _rows(text: str) -> tuple[Row, ...]:
    """Return the rows of a result, which may stand below a line that says something of the call."""
    value = _data(text)
    if value is None:
        value = _data(text.partition("\n")[2])
    rows = value.get("rows") if isinstance(value, dict) else None
    return tuple(rows) if isinstance(rows, list) else ()


def _data(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return None
