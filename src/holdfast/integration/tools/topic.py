"""A topic as an app declares it: its name, the type of what is published on it, how far that is trusted."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import msgspec
from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from holdfast.kernel.errors import DefinitionError, InputError
from holdfast.kernel.ids import digest
from holdfast.kernel.provenance import Trust

PAYLOAD_BYTES_MAX = 256_000
"""The largest payload: what is larger belongs into a store, and its name into the event."""
NAME_CHARACTERS_MAX = 120
KEY_CHARACTERS_MAX = 200

_NAME = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*\Z")


@dataclass(frozen=True)
class Topic:
    """Where events are published. Whoever publishes or receives declares it, each with the type it goes by.

    ``trust`` is how far its payloads are trusted by who receives them: they are data from outside, unless only those
    publish on it whom you would believe as you do the user. Raises DefinitionError for a name.
    """

    name: str
    type: Any = object
    """The type of a payload: any that pydantic understands."""
    trust: Trust = Trust.UNTRUSTED

    def __post_init__(self) -> None:
        check_topic_name(self.name)

    def body(self, payload: object) -> bytes:
        """Return the JSON of ``payload``. Raises InputError for one that does not fit."""
        try:
            value = self._adapter.dump_python(self._adapter.validate_python(payload), mode="json")
            return checked_body(self.name, value)
        except ValidationError as error:
            raise InputError(f"topic {self.name}: cannot take this payload: {_told(error)}") from error
        except PydanticSerializationError as error:
            raise InputError(f"topic {self.name}: expected a payload that JSON can say: {error}") from error

    def read(self, body: bytes) -> object:
        """Return what ``body`` says as JSON data, as this type has it. Raises InputError for what does not fit."""
        try:
            return self._adapter.dump_python(self._adapter.validate_json(body), mode="json")
        except ValidationError as error:
            raise InputError(f"topic {self.name}: expected another payload: {_told(error)}") from error

    @cached_property
    def content_hash(self) -> str:
        """The digest of all that decides what is taken for a payload, and how far it is trusted."""
        schema = self._adapter.json_schema()
        return digest(msgspec.json.encode([self.name, schema, int(self.trust)], order="deterministic"))

    @cached_property
    def _adapter(self) -> TypeAdapter[Any]:
        return TypeAdapter(self.type)


def check_topic_name(name: str) -> str:
    """Return ``name`` if a topic can have it, else raise DefinitionError."""
    if len(name) > NAME_CHARACTERS_MAX or not _NAME.match(name):
        raise DefinitionError(
            f"topic {name!r}: expected words of lower-case letters, digits and '_', joined by '.' and begun by a "
            f"letter ({NAME_CHARACTERS_MAX} characters at most)"
        )
    return name


def checked_body(topic: str, value: object) -> bytes:
    """Return the JSON of ``value``. Raises InputError if it is too large, or nothing that JSON can say."""
    try:
        body = msgspec.json.encode(value, order="deterministic")
    except (TypeError, ValueError) as error:
        raise InputError(
            f"topic {topic}: expected a payload that JSON can say, found {value!r:.80}: {error}"
        ) from error
    if len(body) > PAYLOAD_BYTES_MAX:
        raise InputError(
            f"topic {topic}: expected a payload of at most {PAYLOAD_BYTES_MAX:,} bytes of JSON, found {len(body):,}: "
            "keep it elsewhere, and its name in the event"
        )
    return body


def checked_key(topic: str, key: object) -> str | None:
    """Return ``key`` as an event has it. Raises InputError for what is no key."""
    match key:
        case None:
            return None
        case int() if not isinstance(key, bool):
            return str(key)
        case str() if 0 < len(key) <= KEY_CHARACTERS_MAX:
            return key
        case _:
            raise InputError(
                f"topic {topic}: expected a key of 1 to {KEY_CHARACTERS_MAX} characters, found {key!r:.80}"
            )


def _told(error: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(map(str, problem['loc'])) or 'payload'}: {problem['msg']}" for problem in error.errors()
    )
