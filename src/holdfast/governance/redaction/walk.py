"""Changes the texts of JSON-like data, wherever they stand in it."""

from collections.abc import Callable, Mapping


def changed(data: object, change: Callable[[str], str], change_raw: Callable[[bytes], bytes] | None = None) -> object:
    """Return ``data`` with every text, key or value, changed; bytes too, if ``change_raw`` says how."""
    match data:
        case str():
            return change(data)
        case bytes():
            return data if change_raw is None else change_raw(data)
        case Mapping():
            return {changed(key, change, change_raw): changed(inner, change, change_raw) for key, inner in data.items()}
        case list() | tuple() | set() | frozenset():
            return type(data)(changed(inner, change, change_raw) for inner in data)
        case _:
            return data
