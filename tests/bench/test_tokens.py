"""The bench of token estimates: what a provider reported is the anchor, and what was reported before teaches."""

from bench.tokens import Estimate, Seen, errors, estimates
from holdfast.integration.gateway.port import ModelRequest, Offer
from holdfast.kernel.messages import Message, Role, Usage, say


def seen(conversation: str, *messages: Message, tokens: int) -> Seen:
    return Seen(conversation, "m", ModelRequest(messages, Offer(), 10, "a/turn.1"), Usage(tokens, 20), 0)


def test_a_request_that_repeats_the_messages_of_the_one_before_goes_on_from_what_was_reported() -> None:
    asked, said, more = say(Role.USER, "one two"), say(Role.ASSISTANT, "three"), say(Role.USER, "four")
    openings, later = estimates(
        [seen("a", asked, tokens=500), seen("a", asked, said, more, tokens=530), seen("b", asked, said, tokens=9)]
    )
    assert [each.reported for each in openings] == [500, 9]
    (estimate,) = later
    assert estimate.plain < 30
    assert 520 < estimate.expected < 530


def test_errors_are_parts_of_what_was_reported() -> None:
    found = errors([Estimate(50, 90, 120, 100), Estimate(300, 110, 115, 100)])
    assert (found.plain_p50, found.plain_p95) == (0.5, 2.0)
    assert (found.expected_p50, found.expected_p95, found.expected_tokens_p95) == (0.1, 0.1, 10)
    assert (found.upper_held, found.upper_held_by_plain) == (1.0, 0.5)
