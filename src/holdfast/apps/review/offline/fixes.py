"""How a weakness is usually mended: by the name of the rule, else by its CWE. The words are data (``fixes.toml``)."""

import tomllib
from functools import cache
from importlib import resources


@cache
def _table() -> dict[str, dict[str, str]]:
    text = resources.files(__package__).joinpath("fixes.toml").read_text(encoding="utf-8")
    table: dict[str, dict[str, str]] = tomllib.loads(text)
    return table


def fix_for(rule: str, weakness: int) -> str:
    """Return how to mend what ``rule`` finds; empty where nobody has written it down."""
    by_rule, by_weakness = _table()["rule"], _table()["cwe"]
    return by_rule.get(rule.rpartition("/")[2]) or by_weakness.get(str(weakness), "")
