"""The work that every engine is given: ten turns a run, each a model's reply and a tool's result, no two alike.

Knows no engine and needs nothing but the standard library: the peers' own environments import it too.
"""

import random

TURNS = 10
STEPS_PER_RUN = 2 * TURNS
"""A durable step for each reply and for each result."""

REPLY_CHARACTERS = 1_650
NOTE_CHARACTERS = 120
ROWS = 11
ROW_CHARACTERS = 60
ROW_STARTS = range(0, ROWS * ROW_CHARACTERS, ROW_CHARACTERS)

VOCABULARY_WORDS = 2_000
PROSE_WORDS = 40_000
LETTERS = "aaaeeeeiiioootttnnnsssrrllhhddccuummpgfbvkyw"

Row = dict[str, object]


class Writer:
    """Writes prose of made-up words, cheaply, so that what is measured is the engine. No two texts are the same."""

    def __init__(self, seed: int = 0) -> None:
        self._randomness = random.Random(seed)
        words = [self._word() for _ in range(VOCABULARY_WORDS)]
        self._prose = " ".join(self._randomness.choices(words, k=PROSE_WORDS))
        self._written = 0

    def reply(self) -> str:
        """Return what a model says in a turn: with its call and what surrounds it about 2 KB."""
        return self._text(REPLY_CHARACTERS)

    def note(self) -> str:
        """Return what a model says in an argument of its call."""
        return self._text(NOTE_CHARACTERS)

    def rows(self) -> list[Row]:
        """Return what a tool found: about 1 KB as JSON."""
        text = self._text(ROWS * ROW_CHARACTERS)
        return [{"id": start, "text": text[start : start + ROW_CHARACTERS]} for start in ROW_STARTS]

    def _text(self, characters: int) -> str:
        self._written += 1
        number = f"{self._written} "
        start = int(self._randomness.random() * (len(self._prose) - characters))
        return number + self._prose[start : start + characters - len(number)]

    def _word(self) -> str:
        return "".join(self._randomness.choices(LETTERS, k=self._randomness.randint(2, 10)))


def reply_value(writer: Writer, turn: int) -> dict[str, object]:
    """Return a model's reply as an engine without a message type of its own keeps it: about 2 KB as JSON."""
    call = {"id": f"call_{turn}", "name": "look_up", "arguments": {"order": f"{turn}", "note": writer.note()}}
    return {
        "turn": turn,
        "role": "assistant",
        "content": writer.reply(),
        "tool_calls": [call],
        "usage": {"input": 1_234, "output": 345, "cost_usd": 0.00123},
        "stop": "tool_use",
    }


def result_value(writer: Writer, turn: int) -> dict[str, object]:
    """Return a tool's result in the same way: about 1 KB as JSON."""
    return {"turn": turn, "ok": True, "rows": writer.rows()}
