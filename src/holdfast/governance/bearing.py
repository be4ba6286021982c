"""Whether an agent's calls still bear on its task: told by the words they have in common with it. Pure but for memory.

A call bears on the task if its arguments or its result share a word with the prompt, with what a person has said, or
with the result of an earlier call that does. One that shares none is adrift, and what it gave leads nowhere: whatever
is called for its sake alone is adrift too. One word is enough, so what drifts is found late rather than wrongly.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import chain, islice

from holdfast.kernel.messages import Message, Role, ToolCall, ToolResult
from holdfast.kernel.provenance import RUNTIME

KNOWN_CHARACTERS_MAX = 200_000
"""How much of what calls gave is remembered beside the prompt, the latest first."""
WORDS_MAX = 200
"""How many words of a call and of its result are looked up."""
WORDS_FIRST = 4
"""How many words of a result are looked up before those of the arguments: a tool's results begin alike, by which they
are known from the second on."""
STEM_CHARACTERS = 6
"""By how much of its beginning a word is known: its ending may change."""
WORD_CHARACTERS_MIN = 3

_KEY = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"\s*:')
_WORD = re.compile(rf"[a-z0-9]{{{WORD_CHARACTERS_MIN},}}|[^\W\da-z_]{{2}}")
_COMMON = frozenset(
    """
    about after all and any are because been before being but can could did does false for from had has have her here
    him his how into its just like may more most must nil none not null now off one only other our out over per she
    should some such than that the their them then there these they this those through too true two under until very
    was were what when where which while who why will with would yes you your
    """.split()  # noqa: SIM905  # a hundred quoted words are harder to read
)


class Bearing:
    """What one agent's calls are held against; it is shown each message of the prompt once, in order."""

    __slots__ = ("_asked", "_known", "_read", "_task")

    def __init__(self) -> None:
        self._task = ""
        self._known = ""
        self._asked: dict[str, ToolCall] = {}
        self._read = 0

    def adrift(self, messages: Sequence[Message]) -> tuple[int, ...]:
        """Return which calls of the last turn in ``messages`` are adrift, by their places in it, from 1."""
        found: tuple[int, ...] = ()
        for message in messages[self._read :]:
            if message.role is Role.ASSISTANT:
                self._asked, found = {call.call_id: call for call in message.calls}, ()
            elif message.role is Role.TOOL:
                found += tuple(self._adrift_results(message))
            elif message.provenance != RUNTIME:
                self._task += f"\n{message.text.lower()}"
        self._read = len(messages)
        return found

    def _adrift_results(self, message: Message) -> Iterator[int]:
        places = {identity: place for place, identity in enumerate(self._asked, 1)}
        for part in message.parts:
            if not isinstance(part, ToolResult) or part.call_id not in places:
                continue
            content = part.content.lower()
            if self._bears(self._asked[part.call_id].arguments.lower(), content):
                self._learn(content)
            else:
                yield places[part.call_id]

    def _bears(self, arguments: str, content: str) -> bool:
        """Look up word after word until one is known. A word that is not costs a search through all that is."""
        given = islice(_stems(content), WORDS_MAX)
        is_judged = False
        for stem in chain(islice(given, WORDS_FIRST), _stems_of_values(arguments), given):
            is_judged = True
            if stem in self._task or stem in self._known:
                return True
        return not is_judged

    def _learn(self, content: str) -> None:
        self._known = f"{self._known}\n{content}"[-KNOWN_CHARACTERS_MAX:]


def _stems_of_values(arguments: str) -> Iterator[str]:
    yield from islice(_stems(_KEY.sub(" ", arguments)), WORDS_MAX)


def _stems(text: str) -> Iterator[str]:
    """Yield the beginnings of the words in ``text`` that say something, each once."""
    seen: set[str] = set()
    for match in _WORD.finditer(text):
        word = match[0]
        stem = word[:STEM_CHARACTERS]
        if stem not in seen and word not in _COMMON:
            seen.add(stem)
            yield stem
