"""A small repository, tools over it that keep state, and an agent's loop: enough to hold a review."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from holdfast.apps.review.findings.answer import SpecialistAnswer, TraceVerdict
from holdfast.apps.review.offline.mind import review_mind
from holdfast.integration.gateway.offline import Answer, Conversation
from holdfast.integration.gateway.port import ToolSchema
from holdfast.kernel.messages import Message, Role, Text, ToolCall, ToolResult, say

TURNS_MAX = 30
NOTE = (
    "{head}\n[the result goes on: {shown} of {total} characters are shown; "
    'read_result(handle="{handle}", offset={shown}) goes on reading, '
    'search_result(handle="{handle}", text="...") finds places in it]'
)


class ToolBroke(Exception):
    """What a tool says when it cannot; the text is what the model is told."""


def told(kind: str, message: str, *, retryable: bool = False) -> ToolBroke:
    return ToolBroke(f"error: {kind}\nmessage: {message}\nretryable: {'yes' if retryable else 'no'}")


def schema_of(tool: str, required: tuple[str, ...] = (), /, **parameters: object) -> ToolSchema:
    return ToolSchema(tool, tool, {"type": "object", "properties": parameters, "required": list(required)})


INTEGER: dict[str, object] = {"type": "integer"}
STRING: dict[str, object] = {"type": "string"}


@dataclass
class Desk:
    """Files, what analysers say of them, and a count of what was asked."""

    files: Mapping[str, str] = field(default_factory=dict)
    candidates: Mapping[str, list[dict[str, object]]] = field(default_factory=dict)
    extras: Mapping[str, object] = field(default_factory=dict)
    """What an analyser says beside its candidates."""
    candidates_a_page: int = 40
    shown_characters_max: int = 48_000
    failures: dict[str, list[ToolBroke]] = field(default_factory=dict)
    """What a tool answers instead, once each, before it works."""
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)

    def tools(self) -> tuple[ToolSchema, ...]:
        analysers = (
            {"const": next(iter(self.candidates))} if len(self.candidates) == 1 else {"enum": [*self.candidates]}
        )
        return (
            schema_of("list_files", ("scope",), scope=STRING, pattern=STRING, language=STRING, cursor=INTEGER),
            schema_of("read_lines", ("path",), path=STRING, first=INTEGER, last=INTEGER),
            schema_of("search", ("text",), text=STRING, pattern=STRING, cursor=INTEGER),
            schema_of("run_analyser", ("name", "scope"), name=analysers, scope=STRING, cursor=INTEGER),
            schema_of("read_result", ("handle",), handle=STRING, offset=INTEGER),
        )

    def call(self, call: ToolCall) -> ToolResult:
        arguments = json.loads(call.arguments)
        self.asked.append((call.tool, arguments))
        try:
            if broken := self.failures.get(call.tool):
                raise broken.pop(0)
            given = getattr(self, call.tool)(**arguments)
        except ToolBroke as broke:
            return ToolResult(call.call_id, call.tool, str(broke), is_error=True)
        return ToolResult(call.call_id, call.tool, given if isinstance(given, str) else self._shown(json.dumps(given)))

    def list_files(self, scope: str, cursor: int = 0) -> dict[str, object]:
        if scope != "src":
            raise told("tool_failed", f"expected the key of a scope, found {scope!r}")
        files = [
            {"path": path, "language": "Python", "role": "source", "lines": text.count("\n") + 1}
            for path, text in sorted(self.files.items())
        ]
        end = cursor + 200
        return {
            "files": files[cursor:end],
            "total": len(files),
            "next_cursor": end if end < len(files) else None,
        }

    def read_lines(self, path: str, first: int, last: int) -> dict[str, object]:
        lines = self._lines(path)
        page = range(first, min(last, len(lines)) + 1)
        text = "\n".join(f"{number:>4} | {lines[number - 1]}" for number in page)
        return {"path": path, "first": first, "last": page[-1] if page else first, "total": len(lines), "text": text}

    def search(self, text: str, cursor: int = 0) -> dict[str, object]:
        matches = [
            {"path": path, "line": number, "text": line}
            for path in sorted(self.files)
            for number, line in enumerate(self._lines(path), start=1)
            if text in line
        ]
        return {"matches": matches[cursor : cursor + 50], "total": len(matches), "next_cursor": None}

    def run_analyser(self, name: str, scope: str, cursor: int = 0) -> dict[str, object]:
        found = self.candidates[name]
        end = cursor + self.candidates_a_page
        return {
            "analyser": name,
            "candidates": found[cursor:end],
            "total": len(found),
            "next_cursor": end if end < len(found) else None,
            "problems": [],
            "not_audited": [],
            "notes": [],
            **self.extras,
        }

    def read_result(self, handle: str, offset: int = 0) -> str:
        whole = self.kept[handle]
        end = min(len(whole), offset + self.shown_characters_max)
        following = "this is the end" if end == len(whole) else f"go on with offset={end}"
        return f"[characters {offset} to {end} of {len(whole)}; {following}]\n{whole[offset:end]}"

    def _lines(self, path: str) -> list[str]:
        if path not in self.files:
            raise told("tool_failed", f"expected the path of a listed file, found {path!r}")
        return self.files[path].split("\n")

    def _shown(self, text: str) -> str:
        if len(text) <= self.shown_characters_max:
            return text
        handle = f"{len(self.kept):032x}"
        self.kept[handle] = text
        shown = self.shown_characters_max
        return NOTE.format(head=text[:shown], shown=shown, total=len(text), handle=handle)


@dataclass
class Held:
    """A conversation that has come to its end."""

    messages: list[Message]
    answer: dict[str, Any]

    @property
    def turns(self) -> int:
        return sum(message.role is Role.ASSISTANT for message in self.messages)

    @property
    def shown(self) -> str:
        """All that the agent was ever shown."""
        parts = (part for message in self.messages for part in message.parts)
        return "\n".join(part.content if isinstance(part, ToolResult) else "" for part in parts)


Mind = Callable[[Conversation], Answer]
SPECIALIST_TASK = "Review the part of the repository called `src`.\n\nScope: src\n\nIts conventions:\nlinter: ruff"


def hold(
    desk: Desk,
    task: str = SPECIALIST_TASK,
    output: type[SpecialistAnswer | TraceVerdict] = SpecialistAnswer,
    complaints: tuple[str, ...] = (),
    mind: Mind = review_mind,
) -> Held:
    """Hold a conversation to its end; each complaint is made of one answer. The last answer is checked by the app."""
    messages = [say(Role.SYSTEM, "You review source code."), say(Role.USER, task)]
    pending = list(complaints)
    for _ in range(TURNS_MAX):
        said = mind(Conversation(tuple(messages), desk.tools(), output.model_json_schema()))
        messages.append(_assistant(said, messages))
        if said.wanted:
            results = tuple(desk.call(call) for call in messages[-1].calls)
            messages += [Message(Role.TOOL, (result,)) for result in results]
        elif pending:
            messages.append(say(Role.USER, pending.pop(0)))
        else:
            output.model_validate_json(said.text)
            return Held(messages, json.loads(said.text))
    raise AssertionError(f"no answer within {TURNS_MAX} turns")


def _assistant(said: Answer, messages: list[Message]) -> Message:
    number = sum(len(message.calls) for message in messages)
    calls = tuple(
        ToolCall(f"call_{number + place}", wanted.tool, json.dumps(wanted.arguments))
        for place, wanted in enumerate(said.wanted, start=1)
    )
    return Message(Role.ASSISTANT, ((Text(said.text),) if said.text else ()) + calls)
