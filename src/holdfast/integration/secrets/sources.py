"""Where secrets at hand come from: variables of the environment, and a file that only its owner can read."""

import os
import stat
import tomllib
from collections.abc import Mapping
from pathlib import Path

import msgspec

from holdfast.governance.redaction.encodings import VALUE_CHARACTERS_MIN
from holdfast.integration.secrets.grants import Grant, GrantedSecrets
from holdfast.integration.secrets.secret import NAME
from holdfast.kernel.errors import InputError

PREFIX = "HOLDFAST_SECRET_"
"""What variables of the environment begin with that hold a secret: HOLDFAST_SECRET_STRIPE_KEY is ``stripe-key``."""
FILE_BYTES_MAX = 1_000_000
OTHERS = stat.S_IRWXG | stat.S_IRWXO


def secrets_of_environment(environment: Mapping[str, str]) -> GrantedSecrets:
    """Return the secrets in variables. Raises InputError for one that is too short to be kept out of text."""
    found = {
        variable.removeprefix(PREFIX).lower().replace("_", "-"): (Grant(value=value),)
        for variable, value in environment.items()
        if variable.startswith(PREFIX) and value
    }
    _check(found, "the environment")
    return GrantedSecrets(found)


def secrets_of_file(path: Path) -> GrantedSecrets:
    """Return the secrets in the ``[secrets]`` table of a TOML file.

    Raises InputError if others than its owner can read it, and for anything in it that is no secret.
    """
    try:
        document = tomllib.loads(_private_text(path))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise InputError(f"expected TOML in {path}, found something else: it is read again once it is mended") from None
    table = document.get("secrets")
    if not isinstance(table, dict) or document.keys() != {"secrets"}:
        raise InputError(f"expected one table [secrets] in {path}, found {', '.join(sorted(document)) or 'nothing'}")
    found = {name: _grants(name, entry, path) for name, entry in table.items()}
    _check(found, str(path))
    return GrantedSecrets(found)


def _private_text(path: Path) -> str:
    """Return what stands in the file: what was checked is what is read."""
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & OTHERS:
                raise InputError(
                    f"expected {path} to be a file of yours that nobody else can read, found mode "
                    f"{stat.S_IMODE(status.st_mode):o}: chmod 600 {path}"
                )
            if status.st_size > FILE_BYTES_MAX:
                raise InputError(f"expected at most {FILE_BYTES_MAX:,} bytes in {path}, found {status.st_size:,}")
            return file.read(FILE_BYTES_MAX).decode()
    except OSError as error:
        raise InputError(f"expected secrets in {path}, found none that can be read ({error.strerror})") from None


def _grants(name: str, entry: object, path: Path) -> tuple[Grant, ...]:
    if isinstance(entry, str):
        return (Grant(value=entry),)
    grants = entry if isinstance(entry, list) else [entry]
    fields = set(Grant.__struct_fields__)
    for grant in grants:
        if not isinstance(grant, dict) or "value" not in grant or not grant.keys() <= fields:
            raise InputError(
                f"expected the secret {name!r} in {path} to be text, or a table of value and {_listed(fields)}"
            )
    try:
        return tuple(msgspec.convert(grants, list[Grant]))
    except msgspec.ValidationError:  # its message may quote a value
        raise InputError(
            f"expected text as the value of secret {name!r} in {path}, and lists of names as {_listed(fields)}"
        ) from None


def _listed(fields: set[str]) -> str:
    return ", ".join(sorted(fields - {"value"}))


def _check(found: Mapping[str, tuple[Grant, ...]], where: str) -> None:
    for name, grants in found.items():
        if NAME.fullmatch(name) is None:
            raise InputError(f"expected a secret's name of small letters, digits, - _ and . in {where}, found {name!r}")
        if not grants or any(len(grant.value) < VALUE_CHARACTERS_MIN for grant in grants):
            raise InputError(
                f"expected at least {VALUE_CHARACTERS_MIN} characters in secret {name!r} of {where}: a shorter one "
                "cannot be told from other text, and so not be kept out of the journal"
            )
