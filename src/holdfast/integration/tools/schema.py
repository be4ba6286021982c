"""Types to JSON Schemas and checks, by pydantic: the one place where tools touch it."""

import dataclasses
import json
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.errors import PydanticUndefinedAnnotation, PydanticUserError
from pydantic.fields import FieldInfo
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import PydanticSerializationError, to_jsonable_python

from holdfast.integration.tools.caught import Raised, caught
from holdfast.integration.tools.json_schema import Schema, flattened
from holdfast.integration.tools.signature import REQUIRED, Parameter, Signature
from holdfast.integration.tools.visible import one_line
from holdfast.kernel.errors import DefinitionError

FOUND_CHARACTERS_MAX = 60


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a value: where in it, of which kind, what was expected, what was found."""

    where: str
    kind: str
    expected: str
    found: str


@dataclass(frozen=True, slots=True)
class Unfit:
    """A value does not have the shape it must have."""

    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Shape(ABC):
    """What goes into a tool and what comes out: JSON Schemas to show, and checks to make."""

    parameters: Schema
    result: Schema

    @abstractmethod
    def read_arguments(self, canonical: bytes) -> dict[str, object] | Unfit:
        """Return the values in a JSON object by parameter, defaults filled in."""

    def plain(self, values: Mapping[str, object]) -> dict[str, object] | None:
        """Return checked arguments as JSON data, as the function gets them; None where JSON cannot say them."""
        written = caught(to_jsonable_python, values)
        return written if isinstance(written, dict) else None

    @abstractmethod
    def check_result(self, value: object) -> object:
        """Return ``value`` as the result type has it, or Unfit."""

    @abstractmethod
    def read_result(self, body: bytes) -> object:
        """Return the value of the result type that JSON stands for, or Unfit."""

    @abstractmethod
    def write_result(self, value: object) -> bytes | Unfit:
        """Return compact JSON of a checked result."""


@dataclass(frozen=True, slots=True)
class TypedShape(Shape):
    """The shape of a typed function."""

    _arguments: TypeAdapter[Any]  # Any: the type is known only at run time
    _result: TypeAdapter[Any]

    def read_arguments(self, canonical: bytes) -> dict[str, object] | Unfit:
        read = caught(self._arguments.validator.validate_json, canonical)
        return _unfit(read) if isinstance(read, Raised) else vars(read)

    def check_result(self, value: object) -> object:
        read = caught(self._result.validator.validate_python, value)
        return _unfit(read) if isinstance(read, Raised) else read

    def read_result(self, body: bytes) -> object:
        read = caught(self._result.validator.validate_json, body)
        return _unfit(read) if isinstance(read, Raised) else read

    def write_result(self, value: object) -> bytes | Unfit:
        written = caught(_write, self._result, value)
        return _unfit(written) if isinstance(written, Raised) else written


def shape_of(signature: Signature, name: str) -> Shape:
    """Return the shape of the tool ``name``. Raises DefinitionError for types that have no JSON Schema."""
    try:
        arguments: TypeAdapter[Any] = TypeAdapter(_arguments_type(signature.parameters, name))
        result: TypeAdapter[Any] = TypeAdapter(signature.returns)  # type: ignore[arg-type]  # any annotation there is
        parameters = flattened(arguments.json_schema(schema_generator=_Untitled))
        _describe(parameters, signature.parameters)
        shown = flattened(result.json_schema(schema_generator=_Untitled, mode="serialization"))
    except (PydanticUserError, PydanticUndefinedAnnotation, TypeError, ValueError) as error:
        raise DefinitionError(
            f"tool {name}: its types cannot be turned into a JSON Schema ({one_line(str(error), 300)}): "
            "use plain types, dataclasses, TypedDicts or pydantic models"
        ) from error
    return TypedShape(parameters, shown, arguments, result)


class _Untitled(GenerateJsonSchema):
    """Leaves out titles made of names, and defaults that JSON cannot hold."""

    ignored_warning_kinds = {"skipped-choice", "non-serializable-default"}  # noqa: RUF012 - pydantic's own declaration

    def field_title_should_be_set(self, schema: object) -> bool:
        return False


def _arguments_type(parameters: Sequence[Parameter], name: str) -> type:
    """Return a dataclass with a field for each parameter: unlike a model it has no names of its own to clash with."""
    fields = [
        (parameter.name, parameter.annotation, dataclasses.field(default=default))
        if (default := _default(parameter)) is not REQUIRED
        else (parameter.name, parameter.annotation, dataclasses.field())
        for parameter in parameters
    ]
    made = dataclasses.make_dataclass(name.replace("-", "_"), fields, kw_only=True)
    made.__pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[attr-defined]  # pydantic reads it from there
    return made


def _default(parameter: Parameter) -> object:
    """Return the default as pydantic takes it, so that each call gets its own copy of a mutable one."""
    if parameter.default is REQUIRED or isinstance(parameter.default, FieldInfo):
        return parameter.default
    return Field(default=parameter.default)


def _describe(schema: Schema, parameters: Sequence[Parameter]) -> None:
    """Put the properties in the function's order, and add what its docstring says where the annotation says nothing."""
    properties = schema.get("properties")
    if not isinstance(properties, dict):
        return
    ordered = {
        parameter.name: properties.pop(parameter.name) for parameter in parameters if parameter.name in properties
    }
    for parameter in parameters:
        if parameter.description and parameter.name in ordered:
            ordered[parameter.name].setdefault("description", parameter.description)
    schema["properties"] = ordered | properties


def _write(adapter: TypeAdapter[Any], value: object) -> bytes:
    try:
        return adapter.dump_json(value, by_alias=True, warnings="none")
    except PydanticSerializationError:
        plain = adapter.dump_python(value, mode="json", by_alias=True, warnings="none")
        return _without_surrogates(json.dumps(plain, ensure_ascii=False, allow_nan=False, separators=(",", ":")))


def _without_surrogates(written: str) -> bytes:
    """Return JSON in which half characters, such as those of an undecodable file name, are spelled out as text."""
    return re.sub(r"[\ud800-\udfff]", lambda half: f"\\\\u{ord(half.group()):04x}", written).encode()


def _unfit(raised: Raised) -> Unfit:
    match raised.error:
        case ValidationError() as error:
            details = error.errors(include_url=False, include_context=False)
            return Unfit(tuple(Problem(_place(d["loc"]), d["type"], d["msg"], _found(d["input"])) for d in details))
        case error:
            return Unfit((Problem("", "check_failed", f"checking it failed: {type(error).__name__}: {error}", ""),))


def _place(location: tuple[int | str, ...]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location).removeprefix(".")


def _found(value: object) -> str:
    return one_line(repr(value), FOUND_CHARACTERS_MAX)
