"""Which node of one flow is which of another: by path first, then by what it is. Pure."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable

from msgspec.structs import replace

from holdfast.orchestration.flow.nodes import Node, kind
from holdfast.orchestration.flow.places import Place, within


class Pairing:
    """The nodes of ``old`` and ``new`` that are the same ones; the roots always are. ``places`` are the new ones."""

    def __init__(self, old: Node, new: Node) -> None:
        self._old, self.places = list(within(old)), list(within(new))
        self._before: dict[str, Place] = {}
        self._after: dict[str, Place] = {}
        self._pair(self._old[0], self.places[0])
        for same in (_itself, _alike, _namesakes):
            self._seek(same)

    @property
    def gone(self) -> list[Place]:
        """The nodes that the old flow alone has, in its order."""
        return [place for place in self._old if place.path not in self._after]

    def before(self, place: Place) -> Place | None:
        """Return what the node at ``place`` of the new flow was; None if there was none."""
        return self._before.get(place.path)

    def has_moved(self, place: Place) -> bool:
        """Whether the node at ``place`` lay elsewhere: below another node, or under another name."""
        before = self._before[place.path]
        if before.parent is None or place.parent is None:
            return before.path != place.path
        is_below_the_same = self._before.get(place.parent.path) is before.parent
        return not is_below_the_same or _last(before) != _last(place)

    def orders(self, old: Place, new: Place) -> tuple[list[str], list[str]]:
        """Return the names, as they are now, of the children that both have, in the old order and in the new one."""
        ours = [place for place in self.places if place.parent is new]
        kept = [place for place in ours if (was := self._before.get(place.path)) is not None and was.parent is old]
        places = {self._before[place.path].path: place.node.name for place in kept}
        before = [places[place.path] for place in self._old if place.path in places]
        return before, [place.node.name for place in kept]

    def _pair(self, old: Place, new: Place) -> None:
        """Take the two as one, and so those below them that have the same name there."""
        self._before[new.path], self._after[old.path] = old, new
        here = {_last(place): place for place in self._old if place.parent is old}
        for place in self.places:
            twin = here.get(_last(place)) if place.parent is new else None
            if twin is not None and twin.path not in self._after and place.path not in self._before:
                self._pair(twin, place)

    def _seek(self, same: Callable[[Place], Hashable]) -> None:
        """Pair what has no twin in its own place with what is the ``same`` elsewhere, if that is one alone."""
        gone, come = _grouped(self._old, same), _grouped(self.places, same)
        for key, places in come.items():
            olds = [place for place in gone.get(key, ()) if place.path not in self._after]
            news = [place for place in places if place.path not in self._before]
            if len(olds) == len(news) == 1:
                self._pair(olds[0], news[0])


def _grouped(places: Iterable[Place], same: Callable[[Place], Hashable]) -> dict[Hashable, list[Place]]:
    groups: defaultdict[Hashable, list[Place]] = defaultdict(list)
    for place in places:
        groups[same(place)].append(place)
    return groups


def _itself(place: Place) -> Hashable:
    return place.node


def _alike(place: Place) -> Hashable:
    """Return what two nodes have in common that do the same, whatever they are called."""
    return replace(place.node, name="")


def _namesakes(place: Place) -> Hashable:
    return kind(place.node), place.node.name


def _last(place: Place) -> str:
    """Return what a path adds to the one of the node around it."""
    around = "" if place.parent is None else place.parent.path
    return place.path.removeprefix(around)
