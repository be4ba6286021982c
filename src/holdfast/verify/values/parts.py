"""What is not known in a value, and what it may be all the same. Pure."""

from collections.abc import Iterator

from holdfast.verify.values.unknown import Unknown


def is_finite(unknown: Unknown) -> bool:
    """Whether all values that it may have are written out."""
    return all(each.values is not None or each.kind in ("boolean", "null") for each in unknown.schema.options)


def may_be_alike(one: object, other: object) -> bool:
    """Whether two values may be the same, as far as their schemas say."""
    kinds = [each.schema.kinds if isinstance(each, Unknown) else _kinds_of(each) for each in (one, other)]
    return kinds[0] is None or kinds[1] is None or not kinds[0].isdisjoint(kinds[1])


def _kinds_of(value: object) -> frozenset[str]:
    match value:
        case None:
            return frozenset(("null",))
        case bool():
            return frozenset(("boolean",))
        case int() | float():
            return frozenset(("integer", "number"))
        case str():
            return frozenset(("string",))
        case list():
            return frozenset(("array",))
        case _:
            return frozenset(("object",))


def holds_unknown(value: object) -> bool:
    """Whether anything in ``value`` is not known."""
    return next(unknown_in(value), None) is not None


def unknown_in(value: object) -> Iterator[Unknown]:
    """Yield everything in ``value`` that is not known."""
    match value:
        case Unknown():
            yield value
        case list():
            for each in value:
                yield from unknown_in(each)
        case dict():
            yield from unknown_in(list(value.values()))
        case _:
            pass
