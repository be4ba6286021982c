"""What combinators are told in a word: how branches join, who decides a vote, what ends a loop at its bound. Pure."""

import enum


class Join(enum.StrEnum):
    """When a fan-out has succeeded."""

    ALL = "all"
    """Every branch must succeed; the first failure ends the others."""
    QUORUM = "quorum"
    """``quorum`` branches must; once they have, or no longer can, the others are ended."""
    BEST_EFFORT = "best_effort"
    """Every branch is waited for; at least one must succeed. If some failed the result is partial."""


class AtRoundsMax(enum.StrEnum):
    """What becomes of a loop whose last round has not brought what it is there for."""

    FAIL = "fail"
    PARTIAL = "partial"
    """It ends partial, with the last round's value."""


class VoteBy(enum.StrEnum):
    """What decides a vote."""

    MAJORITY = "majority"
    """The answer of more than half of all voters."""
    QUORUM = "quorum"
    """The answer that more voters gave than any other, and at least ``quorum``."""
    JUDGE = "judge"
    """The judge, whatever the voters say."""
