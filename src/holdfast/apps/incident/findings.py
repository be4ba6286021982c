"""What an investigation says: facts with what shows them, hypotheses, verdicts, an explanation. Its agents' answers."""

import enum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from holdfast.integration.tools.stock.sql.judge import SQL_CHARACTERS_MAX
from holdfast.integration.tools.stock.sql.rows import Cell, Parameter
from holdfast.integration.tools.stock.sql.tools import PARAMETERS_MAX

FACTS_MAX = 40
ROWS_CITED_MAX = 30
HYPOTHESES_MAX = 4
"""How many are tested in one round."""

Words = Annotated[str, Field(min_length=1, max_length=1_000)]
Name = Annotated[str, Field(min_length=1, max_length=100)]
Time = Annotated[str, Field(max_length=30, description="As it stands in the database, such as 2026-03-02 14:05.")]


class Kind(enum.StrEnum):
    """What can be at fault. ``other`` is what is none of these: then the words of the cause say what it is."""

    BAD_DEPLOY = "bad_deploy"
    CONFIG_CHANGE = "config_change"
    FEATURE_FLAG = "feature_flag"
    MEMORY_LEAK = "memory_leak"
    POOL_EXHAUSTION = "pool_exhaustion"
    DEPENDENCY = "dependency"
    CERTIFICATE = "certificate"
    DISK_FULL = "disk_full"
    DNS = "dns"
    TRAFFIC_SURGE = "traffic_surge"
    LOCK_CONTENTION = "lock_contention"
    CACHE = "cache"
    CLOCK_SKEW = "clock_skew"
    QUEUE_BACKLOG = "queue_backlog"
    OTHER = "other"


class Standing(enum.StrEnum):
    """How a hypothesis came out of its tests."""

    STANDS = "stands"
    REFUTED = "refuted"
    OPEN = "open"


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Citation(_Said):
    """A query, and those rows of its result that show what is claimed."""

    statement: str = Field(min_length=1, max_length=SQL_CHARACTERS_MAX)
    parameters: list[Parameter] = Field(default_factory=list, max_length=PARAMETERS_MAX)
    rows: list[list[Cell]] = Field(min_length=1, max_length=ROWS_CITED_MAX)


class Fact(_Said):
    """A claim, about which service, since when, and what shows it."""

    says: Words
    about: Name
    at: Time | None = None
    cites: Citation


class Observations(_Said):
    """What one source tells."""

    facts: list[Fact] = Field(max_length=FACTS_MAX)


class Hypothesis(_Said):
    """What may be the cause. ``change`` is the id of the change that brought it, if one did."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_-]{0,40}$")
    component: Name
    kind: Kind
    cause: Words
    change: Name | None = None
    onset: Time | None = None
    because: Words
    would_refute: Words


class Hypotheses(_Said):
    """What is to be tested, the likeliest first. None: there is nothing left to suppose."""

    hypotheses: list[Hypothesis] = Field(max_length=HYPOTHESES_MAX)


class Verdict(_Said):
    """What became of a hypothesis, and why."""

    hypothesis: str
    standing: Standing
    reasons: list[Fact] = Field(max_length=FACTS_MAX)


class Verdicts(_Said):
    """What the tests of a round have shown."""

    verdicts: list[Verdict] = Field(max_length=HYPOTHESES_MAX)


class Explanation(_Said):
    """The cause that stands, told in full."""

    component: Name
    kind: Kind
    cause: Words
    onset: Time
    change: Name | None = None
    evidence: list[Fact] = Field(min_length=1, max_length=FACTS_MAX)
    remedy: Words
