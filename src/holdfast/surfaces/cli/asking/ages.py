"""An age as it is typed: a number and a unit."""

import re

from holdfast.kernel.errors import InputError

UNITS = {"m": 60.0, "h": 3_600.0, "d": 86_400.0, "w": 604_800.0}
_AGE = re.compile(r"([0-9]{1,6}(?:[.][0-9]{1,6})?)([mhdw])")


def age_seconds(text: str) -> float:
    """Return the seconds in an age such as ``30d``. Raises InputError."""
    found = _AGE.fullmatch(text.strip())
    if found is None:
        raise InputError(f"expected an age such as 90m, 12h, 30d or 8w, found {text!r}")
    return float(found[1]) * UNITS[found[2]]
