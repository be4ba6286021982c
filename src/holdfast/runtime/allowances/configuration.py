"""The allowances that an operator has written into a file."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

import msgspec

from holdfast.governance.allowance import Allowance
from holdfast.kernel.errors import InputError

VARIABLE = "HOLDFAST_ALLOWANCES"
"""Names the file in which allowances are declared."""


class _File(msgspec.Struct, forbid_unknown_fields=True):
    allowances: tuple[dict[str, object], ...] = ()


def read_allowances(environ: Mapping[str, str]) -> tuple[Allowance, ...]:
    """Return what the file declares that the environment names, nothing if it names none. Raises InputError."""
    if not (path := environ.get(VARIABLE)):
        return ()
    try:
        file = msgspec.convert(tomllib.loads(Path(path).read_text(encoding="utf-8")), _File)
        return tuple(_allowance(number, one) for number, one in enumerate(file.allowances, start=1))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError, InputError) as error:
        raise InputError(
            f'expected a file of [[allowances]] with tenant, app, per = "day" or "month", tokens and usd in {path} '
            f"({VARIABLE}), found: {error}"
        ) from error


def _allowance(number: int, found: dict[str, object]) -> Allowance:
    if unknown := found.keys() - Allowance.__struct_fields__:
        raise InputError(f"allowance {number} with {', '.join(sorted(unknown))}, which it does not have")
    try:
        return msgspec.convert(found, Allowance)
    except msgspec.ValidationError as error:
        raise InputError(f"allowance {number}: {error}") from error
