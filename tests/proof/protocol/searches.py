"""Under which budgets of trouble the model is searched, and which mistakes are planted in it."""

from typing import NamedTuple

from tests.proof.protocol.promises import Promise

SEARCHES = {
    "a crash": "CRASHES=1",
    "a crash, and one while recovering": "CRASHES=2 NOTES=1",
    "a crash and a frozen driver": "CRASHES=1 JUMPS=1",
    "frozen twice": "JUMPS=2",
    "a lost reply to a commit": "LOST_REPLIES=1 CRASHES=1 JUMPS=1",
    "requests late, lost, refused": "TIMEOUTS=2 FAILURES=1 LOST_REQUESTS=1",
    "late and refused, a frozen driver": "TIMEOUTS=1 FAILURES=1 JUMPS=1",
    "mail at any moment": "NOTES=2 JUMPS=1",
    "answered twice": "SECOND_ANSWERS=1 CRASHES=2",
    "two steps and a crash": "STEPS=2 CRASHES=1 FAILURES=1",
    "two steps and a frozen driver": "STEPS=2 JUMPS=1",
    "two steps, requests late, lost, refused": "STEPS=2 TIMEOUTS=1 FAILURES=1 LOST_REQUESTS=1",
}
"""Every order of events under each is searched to the end; together they come to every statement of the model."""

FOREVER = ("ends", "driven")
"""Every run comes to its end; every run that is due and held by nobody is driven."""


class Planted(NamedTuple):
    """A mistake in the protocol, the promise it breaks, and the least trouble that brings it out."""

    mistake: str
    breaks: Promise
    defines: str


PLANTED = (
    Planted("a commit is not asked for its epoch", Promise.ONE_DRIVER, "EPOCH_UNCHECKED JUMPS=1"),
    Planted("a commit sent again counts as new", Promise.FINISHED_ONCE, "RESENT_IS_NEW LOST_REPLIES=1"),
    Planted(
        "a fenced driver is told that its commit is in",
        Promise.ONE_EFFECT,
        "REPEAT_BEFORE_EPOCH LOST_REPLIES=1 JUMPS=1",
    ),
    Planted("parking without the inbox position", Promise.NO_MAIL_LOST, "PARKING_WITHOUT_POSITION CRASHES=1 NOTES=1"),
    Planted("an effect before its intent is durable", Promise.UNSAFE_ONCE, "INTENT_LATER CRASHES=1 KIND=UNSAFE"),
    Planted("an unsafe effect is made again after a crash", Promise.UNSAFE_ONCE, "UNSAFE_AGAIN CRASHES=1 KIND=UNSAFE"),
    Planted("an intent counts as its effect", Promise.HAPPENED, "INTENT_IS_ENOUGH CRASHES=1"),
    Planted("the key is made from the attempt", Promise.ONE_EFFECT, "KEY_FROM_ATTEMPT CRASHES=1 KIND=KEYED"),
    Planted(
        "a new key while an attempt under the old one is unsure",
        Promise.ONE_EFFECT,
        "NEW_KEY_WHILE_UNSURE TIMEOUTS=1 FAILURES=1 KIND=KEYED",
    ),
    Planted(
        "a probe while the request may still arrive",
        Promise.ONE_EFFECT,
        "NO_SETTLE_TIME CRASHES=1 KIND=TRANSACTIONAL",
    ),
    Planted(
        "a person answers while the request may still arrive",
        Promise.ONE_EFFECT,
        "ANSWER_TOO_EARLY CRASHES=1 KIND=UNSAFE",
    ),
    Planted(
        "an answer settles whatever attempt is in doubt",
        Promise.ONE_EFFECT,
        "ANSWER_TO_ANY_ATTEMPT SECOND_ANSWERS=1 CRASHES=2 KIND=UNSAFE",
    ),
    Planted("a late outcome is taken unasked", Promise.FINISHED_ONCE, "OUTCOME_TAKEN_UNASKED JUMPS=1"),
    Planted("a run completes while in doubt", Promise.NO_DOUBT_LEFT, "COMPLETE_IN_DOUBT CRASHES=1"),
    Planted("only wake-ups drive, nobody sweeps", Promise.NOT_STUCK, "WAKE_UPS_ONLY CRASHES=1"),
    Planted("a claim forgets that the run is due", Promise.NOT_STUCK, "CLAIM_FORGETS_WAKE CRASHES=1"),
)
