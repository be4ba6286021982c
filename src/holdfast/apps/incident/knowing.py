"""What is known after so many rounds: each hypothesis with its standing, and whether one is left. Pure."""

from pydantic import BaseModel, ConfigDict, Field

from holdfast.apps.incident.findings import Fact, Hypotheses, Hypothesis, Standing, Verdicts


class Weighed(BaseModel):
    """A hypothesis, how it stands, and the reasons that held when they were looked up again."""

    model_config = ConfigDict(extra="forbid")

    hypothesis: Hypothesis
    standing: Standing
    reasons: list[Fact]
    round: int


class Known(BaseModel):
    """All hypotheses so far in the order in which they came up."""

    model_config = ConfigDict(extra="forbid")

    weighed: list[Weighed] = Field(default_factory=list)
    rounds: int = 0
    is_over: bool = False
    """Whether a round has brought up nothing new: what stands then has no rival left."""
    unsupported: int = 0
    """How many reasons did not hold."""

    def of(self, standing: Standing) -> list[Weighed]:
        return [each for each in self.weighed if each.standing is standing]

    @property
    def found(self) -> Hypothesis | None:
        """The one that stands alone."""
        standing, still_open = self.of(Standing.STANDS), self.of(Standing.OPEN)
        return standing[0].hypothesis if len(standing) == 1 and not still_open else None


def after_round(known: Known, supposed: Hypotheses, tested: Verdicts, unsupported: int) -> Known:
    """Return what is known after one more round. Of the same component and change the later verdict counts."""
    verdicts = {verdict.hypothesis: verdict for verdict in tested.verdicts}
    before = {_what(each.hypothesis): each for each in known.weighed}
    weighed = dict(before)
    for hypothesis in supposed.hypotheses:
        verdict, earlier = verdicts.get(hypothesis.name), before.get(_what(hypothesis))
        standing = Standing.OPEN if verdict is None or not verdict.reasons else verdict.standing
        weighed[_what(hypothesis)] = Weighed(
            hypothesis=hypothesis,
            standing=standing,
            reasons=verdict.reasons if verdict else [],
            round=earlier.round if earlier else known.rounds + 1,
        )
    after = Known(weighed=list(weighed.values()), rounds=known.rounds + 1, unsupported=known.unsupported + unsupported)
    after.is_over = len(weighed) == len(before)
    return after


def _what(hypothesis: Hypothesis) -> tuple[str, str | None]:
    return hypothesis.component, hypothesis.change
