"""Shapes that are stated as JSON Schemas, by a server or a document: checked by jsonschema."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

import msgspec
from jsonschema import Draft202012Validator, SchemaError, ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import extend, validator_for
from referencing import Registry
from referencing.exceptions import Unresolvable

from holdfast.integration.tools.caught import Raised, caught
from holdfast.integration.tools.json_schema import Schema
from holdfast.integration.tools.schema import FOUND_CHARACTERS_MAX, Problem, Shape, Unfit
from holdfast.integration.tools.visible import one_line
from holdfast.kernel.errors import DefinitionError

PROBLEMS_MAX = 20
EXPECTED_CHARACTERS_MAX = 200
TEXT: Schema = {"type": "string"}
"""The schema of a result that is text."""


@dataclass(frozen=True, slots=True)
class StatedShape(Shape):
    """The shape of what others define. A ``result`` of TEXT is taken as it is."""

    _arguments: Validator
    _result: Validator | None

    def read_arguments(self, canonical: bytes) -> dict[str, object] | Unfit:
        values: dict[str, object] = msgspec.json.decode(canonical)
        return _unfit(self._arguments, values) or values

    def check_result(self, value: object) -> object:
        if self._result is None:
            return value if isinstance(value, str) else Unfit((_problem("type", (), "expected text", value),))
        return _unfit(self._result, value) or value

    def read_result(self, body: bytes) -> object:
        value = caught(msgspec.json.decode, body)
        if isinstance(value, Raised):
            return Unfit((Problem("", "invalid_json", one_line(str(value.error), EXPECTED_CHARACTERS_MAX), ""),))
        return self.check_result(value)

    def write_result(self, value: object) -> bytes | Unfit:
        return msgspec.json.encode(value)


def stated_shape(parameters: Schema, result: Schema | None, what: str) -> StatedShape:
    """Return the shape that these schemas state; without a ``result`` schema the result is text.

    Patterns are shown to a model and left to whoever stated them to check: a pattern that takes for ever would stop
    every run. Raises DefinitionError for what is no JSON Schema, or refers to what lies elsewhere.
    """
    checked = None if result is None else _validator(result, f"the result of {what}")
    return StatedShape(parameters, result or TEXT, _validator(parameters, f"the arguments of {what}"), checked)


def _validator(schema: Schema, what: str) -> Validator:
    made = validator_for(schema, default=Draft202012Validator)
    try:
        made.check_schema(schema)
        validator: Validator = _without_patterns(made)(schema, registry=Registry())
        list(islice(validator.iter_errors({}), PROBLEMS_MAX))
    except SchemaError as error:
        raise DefinitionError(f"{what}: expected a JSON Schema, found {_one_line(error)}") from error
    except (Unresolvable, RecursionError, re.error) as error:
        raise DefinitionError(f"{what}: its schema cannot be used ({one_line(str(error), 100)})") from error
    return validator


def _without_patterns(made: Any) -> Any:  # Any: jsonschema makes its classes at run time
    additional = made.VALIDATORS.get("additionalProperties")

    def closed(validator: Any, extra: Any, instance: Any, schema: Mapping[str, object]) -> Iterable[ValidationError]:
        return () if "patternProperties" in schema else additional(validator, extra, instance, schema)

    unchecked = {
        "pattern": _passes,
        "patternProperties": _passes,
        "unevaluatedProperties": _passes,
        "additionalProperties": closed,
    }
    return extend(made, unchecked)  # type: ignore[no-untyped-call]  # jsonschema says nothing of its types here


def _passes(_validator: Any, _wanted: Any, _instance: Any, _schema: Any) -> Iterable[ValidationError]:
    return ()


def _unfit(validator: Validator, value: object) -> Unfit | None:
    if caught(validator.is_valid, value) is True:
        return None
    found = caught(_problems, validator, value)
    if isinstance(found, Raised):
        message = f"checking it failed: {type(found.error).__name__}: {found.error}"
        found = (Problem("", "check_failed", one_line(message, EXPECTED_CHARACTERS_MAX), ""),)
    return Unfit(found)


def _problems(validator: Validator, value: Any) -> tuple[Problem, ...]:
    errors = islice(validator.iter_errors(value), PROBLEMS_MAX)
    return tuple(problem for error in errors for problem in _told(error))


def _told(error: ValidationError) -> Iterator[Problem]:
    """Yield what is wrong by the kinds that ``explain`` has words for, each missing or unknown name by itself."""
    place, instance = tuple(error.absolute_path), error.instance
    match error.validator, instance:
        case "required", dict():
            wanted = error.validator_value if isinstance(error.validator_value, list) else []
            for name in wanted:
                if name not in instance and f"{name!r} is" in error.message:
                    yield _problem("missing", (*place, name), "is required", None)
        case "additionalProperties", dict() if error.validator_value is False:
            properties = error.schema.get("properties", {}) if isinstance(error.schema, Mapping) else {}
            for name in instance:
                if name not in properties:
                    yield _problem("extra_forbidden", (*place, name), "is not known", None)
        case _:
            yield _problem(str(error.validator), place, _one_line(error), instance)


def _problem(kind: str, place: tuple[str | int, ...], expected: str, found: object) -> Problem:
    where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).removeprefix(".")
    return Problem(
        one_line(where, EXPECTED_CHARACTERS_MAX), kind, expected, one_line(repr(found), FOUND_CHARACTERS_MAX)
    )


def _one_line(error: ValidationError | SchemaError) -> str:
    return one_line(error.message, EXPECTED_CHARACTERS_MAX)
