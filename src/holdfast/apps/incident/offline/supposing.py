"""Supposes causes: first what is cheap to rule out, then what lies deepest; later what the refutations leave."""

from typing import Any

from holdfast.apps.incident.offline.heard import Heard, say
from holdfast.apps.incident.offline.hours import minutes_between
from holdfast.apps.incident.offline.kinds import kind_of_change
from holdfast.apps.incident.offline.picture import Change, Picture
from holdfast.integration.gateway.offline import Answer

HYPOTHESES_MAX, SUPPOSED_MAX = 4, 3
NO_WEIGHT, RIVAL_WEIGHT = -100.0, 1.5
"""Who weighs so much less than what stands is no rival of it."""
RECENT_MINUTES = 45
"""A change so long before the first alert is suspected."""
BROUGHT_MINUTES = 15
"""A change so long before somebody is ill may have brought it."""
_Pair = tuple[str, str | None]


def suppose(heard: Heard) -> Answer:
    """Give the hypotheses of this round."""
    picture, known = Picture(heard), heard.sections["known"]
    weighed: list[Any] = known["weighed"] if known else []
    done: dict[_Pair, str] = {
        (each["hypothesis"]["component"], each["hypothesis"]["change"]): each["standing"] for each in weighed
    }
    still = [each["hypothesis"] for each in weighed if each["standing"] != "refuted"]
    weight_min = max((_weight(picture, each["component"]) for each in still), default=NO_WEIGHT) - RIVAL_WEIGHT
    new = [
        each
        for each in _candidates(picture, _cleared(weighed), is_first=not weighed)
        if (each[0], _id(each[1])) not in done and _weight(picture, each[0]) >= weight_min
    ][:SUPPOSED_MAX]
    told = [_told(picture, component, change, len(done) + place) for place, (component, change) in enumerate(new, 1)]
    return say({"hypotheses": [*still[: HYPOTHESES_MAX - len(told)], *told] if told else []})


def _cleared(weighed: list[Any]) -> set[str]:
    """Return the components of which only the change was refuted, by what was seen of themselves."""
    return {
        each["hypothesis"]["component"]
        for each in weighed
        if each["standing"] == "refuted"
        and all(reason["about"] == each["hypothesis"]["component"] for reason in each["reasons"])
    }


def _candidates(picture: Picture, cleared: set[str], *, is_first: bool) -> list[tuple[str, Change | None]]:
    """Return components to blame, with the change that may have brought it, the likeliest first."""
    deepest = [(each, picture.change_near(each, BROUGHT_MINUTES)) for each in _by_depth(picture)]
    without: list[tuple[str, Change | None]] = [(each, None) for each, change in deepest if change and each in cleared]
    if not is_first:
        return [*deepest[:SUPPOSED_MAX], *without, *deepest[SUPPOSED_MAX:]]
    obvious: list[tuple[str, Change | None]] = []
    recent = [each for each in picture.changes if minutes_between(each.at, picture.alert) <= RECENT_MINUTES]
    if recent:
        latest = max(recent, key=lambda each: each.at)
        obvious.append((latest.service, latest))
    if picture.voices:
        loudest = max(picture.voices, key=lambda row: row[4])[0]
        obvious.append((loudest, picture.change_near(loudest, BROUGHT_MINUTES)))
    return list(dict.fromkeys([*obvious, *deepest]))


def _by_depth(picture: Picture) -> list[str]:
    """Return those with whom something is wrong: first who explains the most and is nobody's victim."""
    suspects = {*picture.moves, *(row[1] for row in picture.complaints)}
    return sorted((each for each in suspects if _is_suspect(picture, each)), key=lambda each: -_weight(picture, each))


def _is_suspect(picture: Picture, service: str) -> bool:
    return bool(picture.own(service) or picture.busier(service) or picture.complaints_of(service))


def _weight(picture: Picture, service: str) -> float:
    weight = 4 * picture.share_explained(service)
    weight += 1.5 * bool(picture.own(service)) + bool(picture.complaints_of(service))
    weight -= 3 * bool(picture.deeper(service)) + 2 * picture.is_only_busy(service)
    weight -= 2 * (picture.is_only_backed_up(service) + picture.is_only_quiet(service) + picture.is_too_slight(service))
    return weight - 0.01 * len(picture.above(service))


def _told(picture: Picture, component: str, change: Change | None, number: int) -> dict[str, object]:
    own = picture.own(component)
    moved = f"{own[0].told} there" if own else "others complain of it"
    cause = f"{change.kind} {change.what} ({change.detail}) broke {component}" if change else f"{component} is at fault"
    return {
        "name": f"h{number}",
        "component": component,
        "kind": kind_of_change(change.kind) if change else "other",
        "cause": cause,
        "change": _id(change),
        "onset": change.at if change else picture.since(component),
        "because": f"it is the change before the alert at {picture.alert}" if change and not own else moved,
        "would_refute": "what it calls was ill before it, nothing is wrong with it, or others stay unexplained",
    }


def _id(change: Change | None) -> str | None:
    return None if change is None else change.id
