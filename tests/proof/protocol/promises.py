"""What the model promises, and how the checker says that a promise is broken."""

import enum


class Promise(enum.StrEnum):
    """The assertions of the model, and the one about all that follows."""

    ONE_DRIVER = "no two drivers commit under one epoch"
    FINISHED_ONCE = "a finished step is never finished twice"
    NO_DOUBT_LEFT = "nothing is complete while it is in doubt"
    HAPPENED = "what is finished has happened"
    UNSAFE_ONCE = "no unsafe effect is sent again unasked"
    ONE_EFFECT = "no effect happens twice if persons are right"
    NO_MAIL_LOST = "no mail is lost while parking"
    NOT_STUCK = "no run is stuck"


_MARKS = {
    "mind[me].epoch==epoch": Promise.ONE_DRIVER,
    "ended[i]<=1": Promise.FINISHED_ONCE,
    "mind[me].is_over)||": Promise.NO_DOUBT_LEFT,
    "wrong_done[i])>0": Promise.HAPPENED,
    "told_to_run[": Promise.UNSAFE_ONCE,
    "wrong_run[": Promise.ONE_EFFECT,
    "mail_read==mail_count": Promise.NO_MAIL_LOST,
    "invalid end state": Promise.NOT_STUCK,
    "acceptance cycle": Promise.NOT_STUCK,
}


def promise_in(said: str) -> Promise | None:
    """Return the promise of which ``said`` tells that it is broken; None for what is none of ours."""
    return next((promise for mark, promise in _MARKS.items() if mark in said), None)
