"""The closed table of functions that expressions may call."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from holdfast.kernel.errors import ExpressionError
from holdfast.kernel.expression import containers, scalars
from holdfast.kernel.expression.values import Meter, Plain, admitted

EXTREME_ARGUMENTS_MAX = 16


class Function(NamedTuple):
    """How a function is called, how many arguments it takes, and what it does."""

    signature: str
    arguments_min: int
    arguments_max: int
    run: Callable[..., object]
    """Takes the meter, then the arguments."""


FUNCTIONS: dict[str, Function] = {
    "abs": Function("abs(number)", 1, 1, scalars.absolute),
    "all": Function("all(list)", 1, 1, containers.every),
    "any": Function("any(list)", 1, 1, containers.some),
    "contains": Function("contains(list_or_text_or_dict, wanted)", 2, 2, containers.contains),
    "endswith": Function("endswith(text, end)", 2, 2, scalars.checked(str.endswith)),
    "first": Function("first(list, default)", 1, 2, containers.first),
    "flatten": Function("flatten(list_of_lists)", 1, 1, containers.flattened),
    "float": Function("float(number_or_text)", 1, 1, scalars.to_number(float)),
    "get": Function('get(value, "a.b", default)', 2, 3, containers.get),
    "int": Function("int(number_or_text)", 1, 1, scalars.to_number(int)),
    "keys": Function("keys(dict)", 1, 1, containers.keys),
    "len": Function("len(text_or_list_or_dict)", 1, 1, containers.length),
    "lower": Function("lower(text)", 1, 1, scalars.changed(str.lower)),
    "max": Function("max(list)", 1, EXTREME_ARGUMENTS_MAX, containers.extreme(max)),
    "min": Function("min(list)", 1, EXTREME_ARGUMENTS_MAX, containers.extreme(min)),
    "round": Function("round(number, digits)", 1, 2, scalars.rounded),
    "sorted": Function("sorted(list)", 1, 1, containers.in_order),
    "startswith": Function("startswith(text, start)", 2, 2, scalars.checked(str.startswith)),
    "str": Function("str(value)", 1, 1, scalars.spelled),
    "sum": Function("sum(list)", 1, 1, containers.total),
    "unique": Function("unique(list)", 1, 1, containers.unique),
    "upper": Function("upper(text)", 1, 1, scalars.changed(str.upper)),
    "values": Function("values(dict)", 1, 1, containers.values),
}


def called(name: str, arguments: Sequence[Plain], meter: Meter) -> Plain:
    """Return what function ``name`` gives for ``arguments``. Raises ExpressionError if it cannot."""
    function = FUNCTIONS[name]
    try:
        return admitted(function.run(meter, *arguments), meter)
    except ExpressionError as error:
        raise ExpressionError(f"{function.signature}: {error}") from None
