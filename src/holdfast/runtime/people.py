"""The people who may decide, as an operator has written them into a file."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

import msgspec

from holdfast.governance.people import ANYBODY, People
from holdfast.kernel.errors import InputError

VARIABLE = "HOLDFAST_PEOPLE"
"""Names the file in which people are declared."""


class _Person(msgspec.Struct, forbid_unknown_fields=True):
    roles: tuple[str, ...] = ()


class _File(msgspec.Struct, forbid_unknown_fields=True):
    people: dict[str, _Person]


def read_people(environ: Mapping[str, str]) -> People:
    """Return the people in the file that the environment names, anybody if it names none. Raises InputError."""
    if not (path := environ.get(VARIABLE)):
        return ANYBODY
    try:
        file = msgspec.convert(tomllib.loads(Path(path).read_text(encoding="utf-8")), _File)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise InputError(
            f'expected a file of people as in [people.ann] roles = ["finance"] in {path} ({VARIABLE}), found: {error}'
        ) from error
    return People({name: person.roles for name, person in file.people.items()})
