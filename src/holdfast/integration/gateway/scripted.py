"""A model that does what it is told, line by line: for tests, examples and demonstrations of failures."""

import asyncio
import re
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from holdfast.integration.gateway.lines import Fail, Improvised, Line, Say, Stall, is_reply
from holdfast.integration.gateway.port import ModelCallFailed, ModelRequest, TextDelta
from holdfast.integration.gateway.pricing.price import FREE, Price
from holdfast.integration.gateway.speech import CHUNK_CHARACTERS, Voice, chunks
from holdfast.kernel.messages import Message, Reply
from holdfast.kernel.outcomes import ErrorKind, Fault

REQUESTS_KEPT_MAX = 10_000
ASKED_CHARACTERS_MAX = 200

Lines = Line | Improvised | Sequence[Line | Improvised]
Script = Improvised | Sequence[Line | Improvised] | Mapping[str, Lines]

_TURN = re.compile(r"(?P<node>.+)/turn\.(?P<turn>\d+)\Z")


class ScriptedModel:
    """Gives its script's lines, one a request.

    A script is a list of lines; or a function from the request to a line; or, for agents side by side, a mapping from
    an agent's path (``review/scan[security]``) to its lines, or from the path of one turn (``…/turn.2``) to what
    happens in it. A single line or function in the place of a list serves every request.

    The same request for the same step gets the same line again as long as that was a reply, so a run that is killed and
    resumed goes on where it was; after a failure the next line comes. An agent first heard of in its turn n is taken to
    have had n−1 replies.

    What it says costs nothing unless a price is given; a whole Reply costs what stands in it.
    """

    def __init__(
        self,
        script: Script,
        *,
        name: str = "scripted",
        chunk_characters: int = CHUNK_CHARACTERS,
        price: Price = FREE,
    ) -> None:
        self._name, self._chunk_characters, self._price = name, chunk_characters, price
        self._voice = Voice(name, chunk_characters, price)
        self._whole: _Part | None = None
        self._parts: dict[str, _Part] = {}
        if isinstance(script, Mapping):
            self._parts = {path: _Part(lines, _turn_of(path)) for path, lines in script.items()}
        else:
            self._whole = _Part(script)
        self._requests: deque[ModelRequest] = deque(maxlen=REQUESTS_KEPT_MAX)

    @property
    def name(self) -> str:
        return self._name

    @property
    def price(self) -> Price:
        return self._price

    @property
    def requests(self) -> tuple[ModelRequest, ...]:
        """The requests it was asked, oldest first."""
        return tuple(self._requests)

    def stream(self, request: ModelRequest) -> AsyncIterator[TextDelta | Reply]:
        """Do what the next line says. Raises ModelCallFailed, naming what was asked, where the script has none."""
        self._requests.append(request)
        line = self._line(request)
        match line:
            case Say(text, wanted, stop):
                return self._voice.stream(self._voice.compose(request, text, wanted, stop))
            case str():
                return self._voice.stream(self._voice.compose(request, line))
            case Reply():
                return self._voice.stream(line)
            case Fail(fault, text, retry_after_seconds):
                return self._broken_off(text, ModelCallFailed(fault, retry_after_seconds))
            case Exception():
                return self._broken_off("", line)
            case Stall(text):
                return self._broken_off(text, None)
            case _:
                assert_never(line)

    def _line(self, request: ModelRequest) -> Line:
        part = self._part(request.step)
        line = part.next_line(request) if part is not None else None
        if line is None:
            raise ModelCallFailed(Fault(ErrorKind.MODEL_FAILED, self._out_of_script(request, part)))
        return line if isinstance(line, Line) else line(request)

    def _part(self, step: str) -> "_Part | None":
        if self._whole is not None:
            return self._whole
        turn = _TURN.match(step)
        return self._parts.get(step) or self._parts.get(turn["node"] if turn else step)

    def _out_of_script(self, request: ModelRequest, part: "_Part | None") -> str:
        has = f"has no line after its {len(part.lines)}" if part else f"speaks only of {', '.join(self._parts)}"
        asked = f"asked at {request.step!r} after {_tail(request.messages)}"
        return f"the script of {self._name!r} {has}; {asked}: add a line"

    async def _broken_off(self, text: str, error: Exception | None) -> AsyncIterator[TextDelta | Reply]:
        await asyncio.sleep(0)
        for piece in chunks(text, self._chunk_characters):
            yield TextDelta(piece)
        if error is not None:
            raise error
        await asyncio.get_running_loop().create_future()


@dataclass(slots=True)
class _Asked:
    """The last request a part of a script was asked, and the place of the line it got."""

    request: ModelRequest
    place: int


class _Part:
    """The lines of one agent, or of one of its turns, and how far they have been given."""

    def __init__(self, lines: Lines, turn: int = 1) -> None:
        self._serves_all = isinstance(lines, str) or not isinstance(lines, Sequence)
        self.lines = _listed(lines)
        self._turn = turn
        self._last: _Asked | None = None

    def next_line(self, request: ModelRequest) -> Line | Improvised | None:
        if self._serves_all:
            return self.lines[0]
        place = self._place(request)
        if place >= len(self.lines):
            return None
        self._last = _Asked(request, place)
        return self.lines[place]

    def _place(self, request: ModelRequest) -> int:
        if self._last is None:
            return self._after_replies(_turn_of(request.step) - self._turn)
        is_repeat = request == self._last.request and is_reply(self.lines[self._last.place])
        return self._last.place if is_repeat else self._last.place + 1

    def _after_replies(self, replies: int) -> int:
        place = 0
        while replies > 0 and place < len(self.lines):
            replies -= is_reply(self.lines[place])
            place += 1
        return place


def _listed(lines: Lines) -> Sequence[Line | Improvised]:
    if isinstance(lines, str) or not isinstance(lines, Sequence):
        return (lines,)
    return lines


def _turn_of(path: str) -> int:
    turn = _TURN.match(path)
    return int(turn["turn"]) if turn else 1


def _tail(messages: tuple[Message, ...]) -> str:
    if not messages:
        return "no message"
    last = messages[-1]
    said = last.text or " ".join(getattr(part, "content", "") for part in last.parts)
    return f"{last.role} said {said[:ASKED_CHARACTERS_MAX]!r}"
