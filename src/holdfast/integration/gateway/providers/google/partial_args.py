"""Arguments that Google streams value by value, each at its path, put together to the object that they make."""

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]|\['([^']*)'\]|\[\"([^\"]*)\"\]")
ELEMENTS_MAX = 100_000
"""How long a list may grow: a path is a model's word, and must not cost memory as it likes."""


def add(args: dict[str, Any], partial: Mapping[str, Any]) -> None:
    """Put one value into ``args``; a text that is begun already goes on. Raises ValueError for a path that is none."""
    steps = _steps(partial["jsonPath"])
    place: Any = args
    for step, following in pairwise(steps):
        place = _at(place, step, [] if isinstance(following, int) else {})
    value = next((partial[name] for name in ("stringValue", "numberValue", "boolValue") if name in partial), None)
    if isinstance(value, str):
        value = _at(place, steps[-1], "") + value
    _at(place, steps[-1], value)
    place[steps[-1]] = value


def _steps(path: str) -> list[str | int]:
    steps: list[str | int] = []
    end = 1
    for match in _STEP.finditer(path, 1):
        if match.start() != end:
            break
        index = match[2]
        steps.append(int(index) if index else next(name for name in (match[1], match[3], match[4]) if name is not None))
        end = match.end()
    if not steps or end != len(path) or not path.startswith("$"):
        raise ValueError(f"expected a path such as $.items[0].name, found {path!r}")
    return steps


def _at(place: Any, step: str | int, empty: Any) -> Any:
    """Return what stands at a step, putting ``empty`` there if nothing does."""
    if isinstance(step, str):
        return place.setdefault(step, empty)
    if step >= ELEMENTS_MAX:
        raise ValueError(f"expected a list of at most {ELEMENTS_MAX} elements, found one with an element {step}")
    place.extend([None] * (step + 1 - len(place)))
    if place[step] is None:
        place[step] = empty
    return place[step]
