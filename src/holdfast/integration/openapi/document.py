"""An OpenAPI document as it stands in a file: bounded, plain data, known by its hash."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import msgspec
import yaml

from holdfast.integration.tools.visible import one_line
from holdfast.kernel.errors import DefinitionError
from holdfast.kernel.ids import digest

DOCUMENT_BYTES_MAX = 20_000_000
NODES_MAX = 2_000_000
DEPTH_MAX = 100
REFERENCES_MAX = 20
"""How many references may lead to one another."""
SAID_CHARACTERS_MAX = 200

Node = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Document:
    """What a file says of an API."""

    path: Path
    content: Node
    hash: str
    """Changes whenever the document says anything else."""

    @property
    def is_3_0(self) -> bool:
        """Whether its schemas are those of OpenAPI 3.0, and not yet JSON Schemas."""
        return str(self.content.get("openapi", "")).startswith("3.0")

    def resolved(self, node: object) -> Node:
        """Return the object that ``node`` is, or refers to; an empty one if it is none. Raises DefinitionError."""
        for _ in range(REFERENCES_MAX):
            if not isinstance(node, dict):
                return {}
            reference = node.get("$ref")
            if not isinstance(reference, str):
                return node
            node = self.at(reference)
        raise DefinitionError(f"{self.path}: more than {REFERENCES_MAX} references lead to one another")

    def at(self, reference: str) -> object:
        """Return what stands at ``reference``. Raises DefinitionError for what is elsewhere, or nowhere."""
        if not reference.startswith("#/"):
            raise DefinitionError(
                f"{self.path}: expected references within the document, found {_said(reference)}: "
                "put all that is used into one file"
            )
        node: object = self.content
        for part in reference[2:].split("/"):
            name = unquote(part).replace("~1", "/").replace("~0", "~")
            match node:
                case dict() if name in node:
                    node = node[name]
                case list() if name.isdecimal() and int(name) < len(node):
                    node = node[int(name)]
                case _:
                    raise DefinitionError(f"{self.path}: {_said(reference)} refers to nothing")
        return node


def read_document(path: Path) -> Document:
    """Read the document at ``path``, JSON or YAML. Raises DefinitionError for what is no OpenAPI 3.0 or 3.1."""
    try:
        if path.stat().st_size > DOCUMENT_BYTES_MAX:
            raise DefinitionError(f"{path}: expected at most {DOCUMENT_BYTES_MAX} bytes")
        text = path.read_bytes()
    except OSError as error:
        raise DefinitionError(f"expected an OpenAPI document at {path}: {error.strerror or error}") from error
    content = _content(path, text)
    version = content.get("openapi") if isinstance(content, dict) else None
    if not isinstance(content, dict) or not re.match(r"3\.[01](\.|$)", str(version)):
        raise DefinitionError(f"{path}: expected 'openapi: 3.0' or 3.1, found {_said(repr(version))}")
    try:
        return Document(path, content, digest(msgspec.json.encode(content, order="deterministic")))
    except ValueError as error:
        raise DefinitionError(f"{path}: it holds what is no text ({_said(str(error))})") from error


def _content(path: Path, text: bytes) -> object:
    try:
        if text.lstrip()[:1] == b"{":
            return _plain(path, msgspec.json.decode(text), 0, [0])
        return _plain(path, yaml.load(text, Loader=_Yaml), 0, [0])
    except (msgspec.DecodeError, UnicodeDecodeError, yaml.YAMLError, RecursionError, ValueError) as error:
        raise DefinitionError(f"{path}: it is neither JSON nor YAML ({_said(str(error))})") from error


def _plain(path: Path, node: object, depth: int, counted: list[int]) -> object:
    """Return ``node`` as JSON data. What YAML names twice counts twice, so that little text cannot become much data."""
    counted[0] += 1
    if counted[0] > NODES_MAX or depth > DEPTH_MAX:
        raise DefinitionError(f"{path}: expected at most {NODES_MAX} nodes, nested {DEPTH_MAX} deep, found more")
    match node:
        case dict():
            return {str(name): _plain(path, part, depth + 1, counted) for name, part in node.items()}
        case list():
            return [_plain(path, part, depth + 1, counted) for part in node]
        case None | bool() | int() | float() | str():
            return node
        case _:
            raise DefinitionError(f"{path}: expected JSON data, found {type(node).__name__}")


def _said(text: str) -> str:
    return one_line(text, SAID_CHARACTERS_MAX)


class _Yaml(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # the faster one, where it was built
    """Reads plain data as YAML 1.2 has it: ``no`` is a text, and so is a date."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - pyyaml's own


for _tag, _pattern, _first in (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("int", r"^[-+]?(?:0|[1-9][0-9]*)$", "-+0123456789"),
    ("float", r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$", "-+.0123456789"),
):
    _Yaml.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))
