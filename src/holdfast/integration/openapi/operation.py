"""An operation of a document: where it is sent, what it takes, what it answers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from holdfast.integration.openapi.document import Document, Node
from holdfast.kernel.errors import DefinitionError

METHODS = ("get", "head", "post", "put", "patch", "delete", "options")
OPERATIONS_NAMED_MAX = 20
_PLACES = re.compile(r"\{([^{}]*)\}")
STYLES = {
    "path": ("simple",),
    "query": ("form", "spaceDelimited", "pipeDelimited", "deepObject"),
    "header": ("simple",),
    "cookie": ("form",),
}
"""Of each place the styles that are written; the first is the usual one."""
NOT_PARAMETERS = frozenset({"accept", "content-type", "authorization"})
"""Headers that a document cannot make parameters."""
NOT_OFFERED = frozenset({"host", "content-length", "transfer-encoding", "connection", "cookie", "upgrade", "te"})
"""Headers that belong to the line, and to nobody who calls."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """Something that is put into the request's path, query, headers or cookies."""

    name: str
    place: str
    is_required: bool
    schema: object
    description: str
    style: str
    explode: bool
    is_json: bool = False


@dataclass(frozen=True, slots=True)
class Operation:
    """What a document says of one operation."""

    id: str
    method: str
    path: str
    description: str
    parameters: tuple[Parameter, ...]
    body: object | None
    """The schema of a JSON body; None if it takes none."""
    needs_body: bool
    answers: tuple[object | None, ...]
    """The schemas of what it answers in JSON when it was done; None for an answer of no, or of another kind."""
    needs_auth: bool
    takes_auth: bool

    @property
    def only_looks(self) -> bool:
        """Whether its method is one that changes nothing."""
        return self.method in ("GET", "HEAD")


def find_operation(document: Document, operation_id: str) -> Operation:
    """Return the operation of this id. Raises DefinitionError if there is none, or more, or it cannot be spoken."""
    found = [each for each in _operations(document) if each[2].get("operationId") == operation_id]
    if len(found) != 1:
        known = sorted(str(each[2]["operationId"]) for each in _operations(document) if "operationId" in each[2])
        named = ", ".join(known[:OPERATIONS_NAMED_MAX]) + (", …" if len(known) > OPERATIONS_NAMED_MAX else "")
        raise DefinitionError(
            f"{document.path}: expected one operation with operationId {operation_id!r}, found {len(found)} "
            f"(there is {named or 'none at all'})"
        )
    path, method, node, around = found[0]
    parameters = tuple(_parameters(document, node, around, operation_id))
    _check_path(document, path, parameters, operation_id)
    body, needs_body = _body(document, node, operation_id)
    security = node.get("security", document.content.get("security"))
    wanted = security if isinstance(security, list) else []
    return Operation(
        operation_id,
        method.upper(),
        path,
        _description(node, operation_id),
        parameters,
        body,
        needs_body,
        _answers(document, node),
        needs_auth=bool(wanted) and {} not in wanted,
        takes_auth=security is None or bool(wanted),
    )


def _check_path(document: Document, path: str, parameters: tuple[Parameter, ...], operation_id: str) -> None:
    """Raise DefinitionError for a path that would lead away from the address, or has places that nothing fills."""
    told = set(_PLACES.findall(path))
    if told != {each.name for each in parameters if each.place == "path"} or not path.startswith("/"):
        raise DefinitionError(
            f"{document.path}: {operation_id}: expected a path that begins with '/', with a parameter for each "
            f"{{name}} in it and no other, found {path!r}"
        )


def _operations(document: Document) -> Iterator[tuple[str, str, Node, Node]]:
    """Yield the path, method and words of each operation, and of the path it stands under."""
    paths = document.content.get("paths")
    for path, item in paths.items() if isinstance(paths, dict) else ():
        around = document.resolved(item)
        for method in METHODS:
            if isinstance(node := around.get(method), dict):
                yield path, method, node, around


def _description(node: Node, operation_id: str) -> str:
    told = [str(node.get(name) or "").strip() for name in ("summary", "description")]
    return "\n\n".join(dict.fromkeys(filter(None, told))) or operation_id


def _parameters(document: Document, node: Node, around: Node, operation_id: str) -> Iterator[Parameter]:
    """Yield the parameters; those of the operation go before those of its path."""
    seen = set[tuple[str, str]]()
    for listed in (node.get("parameters"), around.get("parameters")):
        for each in listed if isinstance(listed, list) else ():
            told = document.resolved(each)
            name, place = str(told.get("name", "")), str(told.get("in", ""))
            if (name, place) in seen or (place == "header" and name.lower() in NOT_PARAMETERS):
                continue
            seen.add((name, place))
            yield _parameter(document, told, name, place, operation_id)


def _parameter(document: Document, told: Node, name: str, place: str, operation_id: str) -> Parameter:
    what = f"{document.path}: {operation_id}: parameter {name!r}"
    if not name or place not in STYLES:
        raise DefinitionError(f"{what}: expected a name, and in: {', '.join(STYLES)}; found in: {place!r}")
    if place == "header" and name.lower() in NOT_OFFERED:
        raise DefinitionError(f"{what}: this header is not for a caller to set")
    style = str(told.get("style", STYLES[place][0]))
    if style not in STYLES[place]:
        raise DefinitionError(f"{what}: expected style {' or '.join(STYLES[place])} in the {place}, found {style!r}")
    explode = told.get("explode", style == "form")
    content = told.get("content")
    is_json = isinstance(content, dict)
    schema = _json_schema_of(document, content) if is_json else told.get("schema", {})
    return Parameter(
        name,
        place,
        place == "path" or told.get("required") is True,
        schema,
        str(told.get("description") or "").strip(),
        style,
        explode is True,
        is_json,
    )


def _body(document: Document, node: Node, operation_id: str) -> tuple[object | None, bool]:
    told = document.resolved(node.get("requestBody"))
    if not told:
        return None, False
    schema, is_required = _json_schema_of(document, told.get("content")), told.get("required") is True
    if schema is None and is_required:
        raise DefinitionError(f"{document.path}: {operation_id}: expected a body in JSON, found another kind only")
    return schema, is_required


def _answers(document: Document, node: Node) -> tuple[object | None, ...]:
    told = node.get("responses")
    by_status = told if isinstance(told, dict) else {}
    done = [status for status in by_status if status.startswith("2")] or [
        each for each in by_status if each == "default"
    ]
    return tuple(_json_schema_of(document, document.resolved(by_status[status]).get("content")) for status in done)


def _json_schema_of(document: Document, content: object) -> object | None:
    """Return the schema of the JSON among the media types of ``content``; None without any."""
    for media_type, told in content.items() if isinstance(content, dict) else ():
        if is_json(media_type):
            return document.resolved(told).get("schema", {})
    return None


def is_json(media_type: str) -> bool:
    """Whether what is of this type is JSON."""
    plain = media_type.partition(";")[0].strip().lower()
    return plain in ("application/json", "*/*") or plain.endswith("+json")
