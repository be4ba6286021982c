"""The functions of expressions that work on lists and dicts."""

import re
from collections.abc import Callable

from holdfast.kernel.errors import ExpressionError
from holdfast.kernel.expression.arguments import a_dict, a_list, a_text, comparable, countable, items_of, unexpected
from holdfast.kernel.expression.operators import holds
from holdfast.kernel.expression.values import CHARACTERS_A_STEP, Meter, Plain, admitted, settled

_POSITION = re.compile(r"[0-9]{1,9}\Z")


def length(_: Meter, value: Plain) -> int:
    """``len(text_or_list_or_dict)``."""
    if isinstance(value, str | list | dict):
        return len(value)
    raise unexpected("a text, list or dict", value)


def every(meter: Meter, values: Plain) -> bool:
    """``all(list)``."""
    return all(items_of(values, meter))


def some(meter: Meter, values: Plain) -> bool:
    """``any(list)``."""
    return any(items_of(values, meter))


def contains(meter: Meter, container: Plain, wanted: Plain) -> bool:
    """``contains(container, wanted)``: the same as ``wanted in container``."""
    return holds(container, wanted, meter)


def extreme(pick: Callable[[list[int | float] | list[str]], object]) -> Callable[..., object]:
    """Return ``min(…)`` or ``max(…)``: of one list, or of the arguments."""

    def run(meter: Meter, *values: Plain) -> object:
        items = comparable(values[0] if len(values) == 1 else list(values), meter)
        if not items:
            raise ExpressionError("expected at least one value, found an empty list")
        return pick(items)

    return run


def total(meter: Meter, values: Plain) -> object:
    """``sum(list)``: a truth value counts as one or zero."""
    return sum(countable(values, meter))


def in_order(meter: Meter, values: Plain) -> object:
    """``sorted(list)``."""
    items = comparable(values, meter)
    for each in items:
        characters = len(each) if isinstance(each, str) else 0
        meter.spend(len(items).bit_length() * (1 + characters // CHARACTERS_A_STEP))
    return sorted(items)


def unique(meter: Meter, values: Plain) -> object:
    """``unique(list)``: the first of each group of equals, in the order they came."""
    kept: dict[object, Plain] = {}
    for each in items_of(values, meter):
        kept.setdefault(_hashable(settled(each, meter)), each)
    return list(kept.values())


def flattened(meter: Meter, values: Plain) -> object:
    """``flatten(list_of_lists)``: the items of the items, one level down."""
    flat: list[object] = []
    for each in items_of(values, meter):
        flat.extend(items_of(each, meter))
    return flat


def first(_: Meter, values: Plain, *default: Plain) -> object:
    """``first(list, default)``: an empty list without a default is an error."""
    if a_list(values):
        return a_list(values)[0]
    if default:
        return default[0]
    raise ExpressionError("expected at least one item, found an empty list: give a default as second argument")


def get(meter: Meter, value: Plain, path: Plain, default: Plain = None) -> object:
    """``get(value, "a.0.b", default)``: what lies at the end of the path of fields and positions, or the default."""
    meter.spend_on(a_text(path))
    for step in a_text(path).split("."):
        meter.spend()
        if isinstance(value, dict) and step in value:
            value = admitted(value[step], meter)
        elif isinstance(value, list) and _POSITION.match(step) and int(step) < len(value):
            value = admitted(value[int(step)], meter)
        else:
            return default
    return value


def keys(meter: Meter, value: Plain) -> object:
    """``keys(dict)``."""
    meter.spend(len(a_dict(value)))
    return list(a_dict(value))


def values(meter: Meter, value: Plain) -> object:
    """``values(dict)``."""
    meter.spend(len(a_dict(value)))
    return list(a_dict(value).values())


def _hashable(value: object) -> object:
    match value:
        case list():
            return "list", tuple(_hashable(each) for each in value)
        case dict():
            return "dict", frozenset((key, _hashable(each)) for key, each in value.items())
        case _:
            return value
