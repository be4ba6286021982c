"""Says where a request goes: each of its parts to the app of its intent, or to a question, or to a default."""

from collections.abc import Sequence

import msgspec

from holdfast.intent.classify import Classifier
from holdfast.intent.parts import Part, parts_of
from holdfast.kernel.errors import DefinitionError
from holdfast.prompts.prompt import shipped

NEAR_MAX = 3
"""How many intents a question names: those that came nearest."""


class Route(msgspec.Struct, frozen=True):
    """Requests of ``intent`` go to ``app``; ``about`` is what a question to the person calls it."""

    intent: str
    app: str
    about: str


class RoutedPart(msgspec.Struct, frozen=True):
    """One thing that is asked for, and where it goes: to ``app``; or, where that is None, back with ``question``."""

    text: str
    intent: str | None
    app: str | None
    confidence: float
    why: str
    after: tuple[int, ...] = ()
    question: str | None = None


class Routed(msgspec.Struct, frozen=True):
    """Where the parts of a request go."""

    parts: tuple[RoutedPart, ...]

    @property
    def waves(self) -> tuple[tuple[RoutedPart, ...], ...]:
        """The parts in the order they are to be done: those of one wave beside each other."""
        placed: dict[int, int] = {}
        while len(placed) < len(self.parts):
            ready = [
                place
                for place, part in enumerate(self.parts)
                if place not in placed and all(other in placed for other in part.after)
            ]
            # Clauses that are each to come after the other contradict themselves: then all go at once.
            wave = max(placed.values(), default=-1) + 1
            placed.update(dict.fromkeys(ready or set(range(len(self.parts))) - placed.keys(), wave))
        last = max(placed.values(), default=-1)
        return tuple(
            tuple(part for place, part in enumerate(self.parts) if placed[place] == wave) for wave in range(last + 1)
        )


class Router:
    """Classifies requests and looks up where they go."""

    def __init__(
        self,
        classifier: Classifier,
        routes: Sequence[Route],
        *,
        default: str | None = None,
        splits: bool = True,
        clauses_by: Classifier | None = None,
    ) -> None:
        """``default`` is the app that gets what nobody is sure of; without one a question goes back.

        Where a request never asks for several things, ``splits=False`` leaves it whole; where the classifier is dear,
        ``clauses_by`` names a cheap one that finds what can be taken apart. Raises DefinitionError.
        """
        self.routes = {route.intent: route for route in routes}
        if not routes or len(self.routes) < len(routes):
            told = ", ".join(route.intent for route in routes) or "none"
            raise DefinitionError(f"expected routes, each of an intent of its own, found {told}")
        self.default = default
        self._classifier, self._splits, self._clauses_by = classifier, splits, clauses_by
        self._question = shipped("intent/which")

    async def route(self, text: str) -> Routed:
        """Return where ``text`` goes."""
        if self._splits:
            parts = await parts_of(text, self._classifier, clauses_by=self._clauses_by)
        else:
            parts = (Part(text, await self._classifier.classify(text)),)
        return Routed(tuple(self._routed(part) for part in parts))

    def _routed(self, part: Part) -> RoutedPart:
        found = part.classification
        told = (found.confidence, found.why, part.after)
        route = self.routes.get(found.intent) if found.intent is not None else None
        if route is not None:
            return RoutedPart(part.text, route.intent, route.app, *told)
        if self.default is not None:
            return RoutedPart(part.text, None, self.default, *told)
        near = [self.routes[intent].about for intent in found.near if intent in self.routes][:NEAR_MAX]
        among = near if len(near) > 1 else [route.about for route in self.routes.values()]
        return RoutedPart(part.text, None, None, *told, question=self._asked(part.text, among))

    def _asked(self, text: str, among: Sequence[str]) -> str:
        return self._question.render({"text": text, "among": " / ".join(among)}).strip()
