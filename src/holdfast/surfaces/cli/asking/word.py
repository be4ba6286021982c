"""What somebody says of a call in doubt, read from the command line."""

import msgspec

from holdfast.kernel.errors import InputError
from holdfast.kernel.outcomes import Settlement


class Word(msgspec.Struct, frozen=True):
    """What is said, of which step, by whom (None: whoever is at the keyboard)."""

    step: str
    how: Settlement
    result: object
    by: str | None
    note: str


def read_word(
    step: str | None,
    *,
    is_happened: bool,
    result: str | None,
    is_not: bool,
    is_abandoned: bool,
    by: str | None,
    note: str,
) -> Word:
    """Return what the options say. Raises InputError unless they say one thing."""
    said = {Settlement.HAPPENED: is_happened, Settlement.DID_NOT: is_not, Settlement.ABANDONED: is_abandoned}
    chosen = [how for how, is_chosen in said.items() if is_chosen]
    if len(chosen) != 1:
        told = "none of them" if not chosen else f"{len(chosen)}"
        raise InputError(f"expected one of --happened, --did-not, --abandon, found {told}")
    if result is not None and not is_happened:
        raise InputError("expected --result with --happened only: what did not happen gave nothing")
    return Word(step or "", chosen[0], _read(result), by, note)


def _read(result: str | None) -> object:
    if result is None:
        return None
    try:
        value: object = msgspec.json.decode(result)
    except msgspec.DecodeError as error:
        raise InputError(
            f"expected the result as JSON, found {result!r:.80} ({error}): a text stands in quotes, as in '\"paid\"'"
        ) from error
    return value
