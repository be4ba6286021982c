"""That the requests are as they are said to be, and that what is measured of them is what was found."""

from pathlib import Path

from bench.intent import NONE, UNCLEAR, examples_of, measure, read
from holdfast.intent.classification import OUT_OF_SCOPE
from holdfast.testing import LetterEmbeddings

HALVES = (read("tuning"), read("held_out"))


def test_there_are_three_hundred_requests_over_ten_intents_none_of_them_twice() -> None:
    requests = [each for half in HALVES for each in half]
    assert len(requests) >= 300
    assert len({each.text for each in requests}) == len(requests)
    assert len({intent for each in requests for intent in each.intents}) == 10


def test_both_halves_have_every_intent_several_at_once_and_what_is_nobodys_business() -> None:
    for half in HALVES:
        assert len(examples_of(half)) == 11
        assert OUT_OF_SCOPE in examples_of(half)
        assert {NONE, UNCLEAR} <= {each.label for each in half}
        assert any(each.is_ordered for each in half)
        assert any(len(each.intents) > 1 and not each.is_ordered for each in half)


async def test_every_way_is_measured_on_every_request(tmp_path: Path) -> None:
    measured = await measure("held_out", LetterEmbeddings(), tmp_path)
    assert measured.requests == len(HALVES[1])
    assert set(measured.ways) == {"rules", "examples", "together", "in_turn"}
    for quality in measured.ways.values():
        assert 0 <= quality.single_right <= quality.coverage <= 1
        assert quality.several_with_order_right <= quality.several_right
