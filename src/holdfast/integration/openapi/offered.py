"""What a model is asked for when it calls an operation, and which part of the request each argument is."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from holdfast.integration.openapi.document import Document
from holdfast.integration.openapi.operation import Operation, Parameter
from holdfast.integration.openapi.schemas import SchemaReader
from holdfast.integration.tools.foreign import SCHEMA_DEPTH_MAX, depth, hides_in_values, shown_schema
from holdfast.integration.tools.json_schema import Schema
from holdfast.integration.tools.stated import StatedShape, stated_shape
from holdfast.kernel.errors import DefinitionError
from holdfast.kernel.ids import digest

BODY = "body"
"""The argument that is the body."""
ARGUMENT_CHARACTERS_MAX = 64
"""What providers take as the name of an argument, of these letters:"""
_ODD = re.compile(r"[^A-Za-z0-9_.-]")
TAIL_DIGITS = 6
TEXT_OR_NONE: Schema = {"type": ["string", "null"]}
ANY: Schema = {"type": ["object", "array", "string", "number", "boolean", "null"]}


@dataclass(frozen=True, slots=True)
class Offer:
    """An operation, its arguments by name, and the schemas of both sides."""

    operation: Operation
    arguments: Mapping[str, Parameter]
    key: Parameter | None
    shape: StatedShape


def offer_of(
    document: Document,
    operation: Operation,
    key: str | None,
    fixed: Mapping[str, object],
    withheld: Collection[str] = (),
) -> Offer:
    """Return what is offered; ``key`` is the header that takes our key, ``fixed`` are not for the model to choose.

    Headers that are ``withheld``, in small letters, are not there for it.

    Raises DefinitionError for what the document does not have, or what no model could fill in.
    """
    what = f"{document.path}: {operation.id}"
    taken = _keys(operation, key, what)
    arguments = dict[str, Parameter]()
    for parameter in operation.parameters:
        is_withheld = parameter.place == "header" and parameter.name.lower() in withheld
        if parameter is not taken and not is_withheld:
            arguments[_argument_name(parameter, arguments)] = parameter
    if unknown := sorted(fixed.keys() - arguments.keys() - ({BODY} if operation.body is not None else set())):
        raise DefinitionError(f"{what}: has no argument {unknown[0]!r} to be fixed (there are: {', '.join(arguments)})")
    parameters = _parameters(document, operation, arguments)
    result = _result(document, operation)
    for schema in (parameters, result):
        if depth(schema) > SCHEMA_DEPTH_MAX:
            raise DefinitionError(f"{what}: its schema is nested deeper than {SCHEMA_DEPTH_MAX} levels")
        if hides_in_values(schema):
            raise DefinitionError(f"{what}: characters that nobody can see stand in the names or values of its schema")
    shape = stated_shape(shown_schema(parameters, frozenset(fixed)), shown_schema(result), what)
    return Offer(operation, arguments, taken, shape)


def _keys(operation: Operation, key: str | None, what: str) -> Parameter | None:
    if key is None:
        return None
    headers = [each for each in operation.parameters if each.place == "header"]
    taken = next((each for each in headers if each.name.lower() == key.lower()), None)
    if taken is None:
        raise DefinitionError(
            f"{what}: is declared keyed, and documents no header {key!r} that would take the key (it has: "
            f"{', '.join(each.name for each in headers) or 'none'}): without one it is not safe to send twice"
        )
    return taken


def _argument_name(parameter: Parameter, taken: Mapping[str, Parameter]) -> str:
    """Return what the parameter is called here: its own name, if providers take it and nobody else has it."""
    plain = _ODD.sub("_", parameter.name)[:ARGUMENT_CHARACTERS_MAX]
    if plain not in taken and plain != BODY:
        return plain
    named = f"{parameter.place}_{plain}"[:ARGUMENT_CHARACTERS_MAX]
    if named not in taken:
        return named
    return f"{named[: -TAIL_DIGITS - 1]}_{digest(parameter.name.encode(), parameter.place.encode())[:TAIL_DIGITS]}"


def _parameters(document: Document, operation: Operation, arguments: Mapping[str, Parameter]) -> Schema:
    reader = SchemaReader(document, "sent")
    properties = dict[str, object]()
    for name, parameter in arguments.items():
        read = reader.read(parameter.schema)
        properties[name] = {**read, "description": parameter.description} if parameter.description else read
    required = [name for name, parameter in arguments.items() if parameter.is_required]
    if operation.body is not None:
        properties[BODY] = reader.read(operation.body)
        required += [BODY] if operation.needs_body else []
    closed: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    if required:
        closed["required"] = required
    return reader.with_definitions(closed)


def _result(document: Document, operation: Operation) -> Schema:
    """Return what any of its answers is; what the document says nothing of may be anything."""
    reader = SchemaReader(document, "received")
    read = [TEXT_OR_NONE if each is None else reader.read(each) for each in operation.answers]
    if not read or {} in read:
        return ANY
    return reader.with_definitions(read[0] if len(read) == 1 else {"anyOf": read})
