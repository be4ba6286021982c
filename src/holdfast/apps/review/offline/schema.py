"""What a JSON Schema lets one say: its properties, the values it names, and a value cut down to fit it."""

from collections.abc import Mapping

from holdfast.integration.gateway.port import ToolSchema

Schema = Mapping[str, object]

_NOT_FITTING = object()


def properties(schema: Schema) -> dict[str, Schema]:
    """Return the properties of an object's schema."""
    return {name: part for name, part in _mapping(schema.get("properties")).items() if isinstance(part, Mapping)}


def choices(tool: ToolSchema | None, parameter: str) -> tuple[str, ...]:
    """Return the values that a tool names for a parameter; none where it takes any."""
    if tool is None:
        return ()
    part = _resolved(properties(tool.parameters).get(parameter, {}), tool.parameters)
    named = part.get("enum")
    values = named if isinstance(named, list) else [part["const"]] if "const" in part else []
    return tuple(value for value in values if isinstance(value, str))


def arguments(tool: ToolSchema, **values: object) -> dict[str, object]:
    """Return those of the values that the tool has a parameter for."""
    return {name: value for name, value in values.items() if name in properties(tool.parameters)}


def fitted(value: object, schema: Schema) -> object:
    """Return what of ``value`` fits ``schema``: unknown properties left out, texts and lists cut, odd items dropped."""
    found = _fit(value, schema, schema)
    return None if found is _NOT_FITTING else found


def _fit(value: object, part: Schema, root: Schema) -> object:
    part = _resolved(part, root)
    options = part.get("anyOf") or part.get("oneOf")
    if isinstance(options, list):
        fits = (_fit(value, option, root) for option in options if isinstance(option, Mapping))
        return next((found for found in fits if found is not _NOT_FITTING), _NOT_FITTING)
    named = part.get("enum")
    if isinstance(named, list):
        return value if value in named else _NOT_FITTING
    match part.get("type"), value:
        case "object", Mapping():
            return _fit_object(value, part, root)
        case "array", list() | tuple():
            return _fit_array(list(value), part, root)
        case "array", str():
            return _fit_array([value] if value else [], part, root)
        case "string", list() | tuple():
            return _fit_text("\n".join(map(str, value)), part)
        case "string", str():
            return _fit_text(value, part)
        case "integer", int():
            return int(_clamped(value, part))
        case "number", int() | float():
            return _clamped(float(value), part)
        case ("boolean", bool()) | ("null", None) | (None, _):
            return value
        case _:
            return _NOT_FITTING


def _fit_object(value: Mapping[str, object], part: Schema, root: Schema) -> object:
    fits = {name: _fit(value[name], inner, root) for name, inner in properties(part).items() if name in value}
    kept = {name: found for name, found in fits.items() if found is not _NOT_FITTING}
    required = part.get("required")
    return kept if set(required if isinstance(required, list) else ()) <= kept.keys() else _NOT_FITTING


def _fit_array(values: list[object], part: Schema, root: Schema) -> object:
    fits = (_fit(value, _mapping(part.get("items")), root) for value in values)
    kept = [found for found in fits if found is not _NOT_FITTING]
    most = part.get("maxItems")
    return kept[:most] if isinstance(most, int) else kept


def _fit_text(text: str, part: Schema) -> object:
    most, least = part.get("maxLength"), part.get("minLength")
    if isinstance(least, int) and len(text) < least:
        return _NOT_FITTING
    return text[:most] if isinstance(most, int) else text


def _clamped(value: float, part: Schema) -> float:
    least, most = part.get("minimum"), part.get("maximum")
    value = max(value, least) if isinstance(least, int | float) else value
    return min(value, most) if isinstance(most, int | float) else value


def _resolved(part: Schema, root: Schema) -> Schema:
    """Return the part that a reference, or a lone ``allOf``, stands for."""
    match part:
        case {"$ref": str(reference)}:
            return _resolved(_mapping(_mapping(root.get("$defs")).get(reference.rpartition("/")[2])), root)
        case {"allOf": [Mapping() as only]}:
            return _resolved(only, root)
        case _:
            return part


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}
