"""A call bears on the task if it shares a word with it, or with what led on from it; one that does not is adrift."""

import json

from hypothesis import given
from hypothesis import strategies as st

from holdfast.governance.bearing import KNOWN_CHARACTERS_MAX, Bearing
from holdfast.kernel.messages import Message, Role, Text, ToolCall, ToolResult, say
from holdfast.kernel.provenance import RUNTIME, Provenance, Trust

TASK = (
    say(Role.SYSTEM, "You book flights.", Provenance("prompt:desk", Trust.DEVELOPER)),
    say(Role.USER, "Anna wants to be in Rome on Friday.", Provenance("input", Trust.USER)),
)


def turn(*made: tuple[object, str]) -> tuple[Message, ...]:
    """Return a reply that makes calls with these arguments, and what they gave."""
    asked = [ToolCall(f"c{place}", "look", json.dumps({"at": said})) for place, (said, _) in enumerate(made)]
    given = [ToolResult(call.call_id, "look", result) for call, (_, result) in zip(asked, made, strict=True)]
    return (Message(Role.ASSISTANT, tuple(asked)), *(Message(Role.TOOL, (result,)) for result in given))


def adrift(*turns: tuple[Message, ...]) -> list[tuple[int, ...]]:
    """Return what is adrift in each turn, seen one after the other."""
    bearing, found = Bearing(), []
    shown: tuple[Message, ...] = TASK
    for each in turns:
        shown = (*shown, *each)
        found.append(bearing.adrift(shown))
    return found


def test_a_call_that_takes_up_a_word_of_the_task_bears_on_it() -> None:
    assert adrift(turn(("Roma, Rome", "nothing"), ("zebra", "stripes"))) == [(2,)]


def test_a_call_whose_result_speaks_of_the_task_bears_on_it() -> None:
    assert adrift(turn(("AZ 611", "leaves on Friday"))) == [()]


def test_a_call_that_takes_up_a_word_bears_on_the_task_whatever_its_result_begins_with() -> None:
    unknown = " ".join(f"w{number:05}" for number in range(50))
    assert adrift(turn(("Rome", unknown)), turn(("nowhere", "w00049"), ("nowhere", "x00001"))) == [(), (2,)]


def test_what_a_call_has_learned_leads_on() -> None:
    assert adrift(turn(("Rome", "airport FCO")), turn(("FCO", "runway 16R")), turn(("runway", "tar"))) == [(), (), ()]


def test_what_is_called_for_the_sake_of_what_is_adrift_is_adrift_too() -> None:
    assert adrift(turn(("zebra", "striped equid")), turn(("equid", "a horse"))) == [(1,), (1,)]


def test_endings_of_words_and_names_of_parameters_do_not_count() -> None:
    assert adrift(turn(("flightless", "x1y"))) == [()]
    assert adrift(turn(({"flights": "zebra"}, "stripes"))) == [(1,)]


def test_a_call_without_a_word_says_nothing_against_it() -> None:
    assert adrift(turn(("", "ok"), (7, "42"))) == [()]


def test_what_the_runtime_has_said_belongs_to_no_task() -> None:
    hint = (say(Role.USER, "You went in circles with zebra.", RUNTIME),)
    assert adrift(hint, turn(("zebra", "stripes"))) == [(), (1,)]


def test_what_was_learned_long_ago_is_forgotten_and_the_task_is_not() -> None:
    long = "Rome " + "word " * (KNOWN_CHARACTERS_MAX // 5)
    found = adrift(turn(("Rome", "giraffe")), turn(("Rome", long)), turn(("giraffe", "neck"), ("Anna", "here")))
    assert found == [(), (), (1,)]


@given(st.lists(st.tuples(st.text(max_size=20), st.text(max_size=40)), max_size=6))
def test_seen_turn_by_turn_or_all_at_once_the_last_turn_is_the_same(made: list[tuple[str, str]]) -> None:
    turns = [turn(each) for each in made]
    steps = adrift(*turns)
    whole = Bearing().adrift((*TASK, *(message for each in turns for message in each)))
    assert whole == (steps[-1] if steps else ())


def test_words_without_tools_are_no_calls() -> None:
    assert adrift((Message(Role.ASSISTANT, (Text("zebra"),)),)) == [()]
