"""Puts classifiers together: side by side, as witnesses, or one after the other, the cheap before the dear."""

from collections.abc import Sequence

from holdfast.intent.classification import Classification
from holdfast.intent.classify import Classifier, Thresholds, settle
from holdfast.kernel.errors import DefinitionError


class Together:
    """Asks all, and adds up what they say as of witnesses who know nothing of each other.

    What two agree on is surer than what one says; where they contradict each other the margin is small: it abstains.
    Meant for cheap ones. An abstention of one is what it says of its near intents, no veto.
    """

    def __init__(self, witnesses: Sequence[tuple[Classifier, float]], thresholds: Thresholds | None = None) -> None:
        """``witnesses``: each with how far it is believed, from 0 to 1. Raises DefinitionError for another figure."""
        for _, trust in witnesses:
            if not 0 <= trust <= 1:
                raise DefinitionError(f"expected a classifier to be believed from 0 to 1, found {trust}")
        self._witnesses, self._thresholds = tuple(witnesses), thresholds or Thresholds()

    async def classify(self, text: str) -> Classification:
        """Return what they come to."""
        left: dict[str, float] = {}
        whys = []
        for classifier, trust in self._witnesses:
            said = await classifier.classify(text)
            whys.append(said.why)
            for each in said.intents:
                left[each.intent] = left.get(each.intent, 1.0) * (1 - trust * each.confidence)
        return settle({intent: 1 - value for intent, value in left.items()}, self._thresholds, "; ".join(whys))


class InTurn:
    """Asks one after the other until one does not abstain; if all do, it abstains, with what the last came near to."""

    def __init__(self, classifiers: Sequence[Classifier]) -> None:
        """Raises DefinitionError without any."""
        if not classifiers:
            raise DefinitionError("expected classifiers to ask in turn, found none")
        self._classifiers = tuple(classifiers)

    async def classify(self, text: str) -> Classification:
        """Return what the first says that says something."""
        said = [await self._classifiers[0].classify(text)]
        for classifier in self._classifiers[1:]:
            if not said[-1].abstained:
                break
            said.append(await classifier.classify(text))
        why = said[-1].why if not said[-1].abstained else "; ".join(each.why for each in said)
        near = next((each.intents for each in reversed(said) if each.intents), ())
        return Classification(near, said[-1].abstained, why)
