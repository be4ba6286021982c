"""Arguments as a request carries them: in its path, query, headers, cookies and body. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote

import msgspec

from holdfast.integration.openapi.operation import Operation, Parameter
from holdfast.integration.tools.failures import ToolFailure

_BETWEEN = {"spaceDelimited": "%20", "pipeDelimited": "%7C"}


@dataclass(frozen=True, slots=True)
class Written:
    """What is sent, and where behind the base address."""

    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


def write(operation: Operation, given: Sequence[tuple[Parameter, object]], body: object) -> Written:
    """Return the request. Raises ToolFailure for values that would lead elsewhere."""
    path, query, headers, cookies = operation.path, list[str](), list[tuple[str, str]](), list[str]()
    for parameter, value in given:
        if value is None:
            continue
        match parameter.place:
            case "path":
                path = path.replace("{" + parameter.name + "}", _in_path(parameter, value))
            case "query":
                query.extend(_in_query(parameter, value))
            case "header":
                headers.append((parameter.name, _in_header(parameter, value)))
            case _:
                cookies.append(f"{_encoded(parameter.name)}={_listed(parameter, value)}")
    if cookies:
        headers.append(("cookie", "; ".join(cookies)))
    headers.append(("accept", "application/json, text/plain;q=0.5, */*;q=0.1"))
    if body is None:
        return Written(path + _behind(query), tuple(headers), b"")
    headers.append(("content-type", "application/json"))
    return Written(path + _behind(query), tuple(headers), msgspec.json.encode(body))


def _in_path(parameter: Parameter, value: object) -> str:
    """Return what stands in the path, and is one step of it whoever reads it."""
    texts = [_text(parameter, value)] if parameter.is_json else [*_leaves(value)]
    for text in texts:
        steps = text.replace("\\", "/").split("/")
        if not text or any(step.partition(";")[0] in (".", "..") for step in steps):
            raise ToolFailure(f"{parameter.name} stands in a path: expected a name, found {text!r}; nothing was sent")
    return _listed(parameter, value)


def _in_query(parameter: Parameter, value: object) -> Iterator[str]:
    name = _encoded(parameter.name)
    match value:
        case dict() if parameter.style == "deepObject":
            for inner, part in value.items():
                yield f"{name}%5B{_encoded(inner)}%5D={_encoded(_plain(part))}"
        case dict() if parameter.explode and not parameter.is_json:
            for inner, part in value.items():
                yield f"{_encoded(inner)}={_encoded(_plain(part))}"
        case list() if parameter.explode and not parameter.is_json:
            for part in value:
                yield f"{name}={_encoded(_plain(part))}"
        case _:
            yield f"{name}={_listed(parameter, value)}"


def _in_header(parameter: Parameter, value: object) -> str:
    text = _text(parameter, value)
    if any(not " " <= letter <= "~" for letter in text):
        raise ToolFailure(f"{parameter.name} is a header: expected letters of ASCII on one line; nothing was sent")
    return text


def _listed(parameter: Parameter, value: object) -> str:
    """Return ``value`` encoded, its parts one after the other."""
    if parameter.is_json:
        return _encoded(_text(parameter, value))
    between = _BETWEEN.get(parameter.style, ",")
    match value:
        case dict() if parameter.explode:
            return between.join(f"{_encoded(name)}={_encoded(_plain(part))}" for name, part in value.items())
        case dict() | list():
            return between.join(map(_encoded, _leaves(value)))
        case _:
            return _encoded(_plain(value))


def _text(parameter: Parameter, value: object) -> str:
    if parameter.is_json:
        return msgspec.json.encode(value).decode()
    match value:
        case dict() if parameter.explode:
            return ",".join(f"{name}={_plain(part)}" for name, part in value.items())
        case _:
            return ",".join(_leaves(value))


def _leaves(value: object) -> Iterator[str]:
    match value:
        case dict():
            for name, part in value.items():
                yield str(name)
                yield _plain(part)
        case list():
            yield from map(_plain, value)
        case _:
            yield _plain(value)


def _plain(value: object) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _encoded(text: str) -> str:
    return quote(text.encode("utf-8", "replace"), safe="")


def _behind(query: list[str]) -> str:
    return "?" + "&".join(query) if query else ""
