"""The page of a run says in which circles its agents are."""

import json

from holdfast.journal.events import LoopSuspected
from holdfast.journal.events.circles import Circle
from holdfast.journal.fold import begin, evolve
from holdfast.surfaces.cli.showing.circles import circle_lines, circle_records
from tests.observability.journals import Notebook, called, ended, intended, replied


def test_the_circles_of_every_agent_are_told_in_words_and_as_json() -> None:
    book = Notebook()
    book.begin()
    book.write(called(1), replied(1, calls=1), intended(1, 1), ended(1, 1))
    first, *rest = book.notes
    state = begin(first.event, first.at)
    for note in rest:
        state = evolve(state, note.event, note.at)
    assert (list(circle_lines(state)), circle_records(state)) == ([], [])
    found = LoopSuspected(node="review", turn=1, circle=Circle.CYCLE, count=3, threshold=3, tools=("look", "read"))
    state = evolve(state, found, book.now)
    assert list(circle_lines(state)) == ["review, turn 1: the same calls in turn: look, read, 3 times"]
    assert json.loads(json.dumps(circle_records(state))) == [
        {"node": "review", "turn": 1, "circle": "cycle", "count": 3, "tools": ["look", "read"]}
    ]
