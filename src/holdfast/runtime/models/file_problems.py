"""What is wrong with the file of models, in words: each place once, and never a text that stands in it."""

from collections.abc import Iterator

from pydantic import ValidationError
from pydantic_core import ErrorDetails

PROBLEMS_TOLD_MAX = 5
NO_SUCH_FIELD = "extra_forbidden"
NO_TABLE = ("model_type", "dict_type")


def problems_of(error: ValidationError, table: str = "") -> str:
    """Return the problems of a ``table`` of the file; texts are not repeated, for a key may stand among them."""
    found = error.errors(include_url=False)
    told = "; ".join(_told(problem, table) for problem in found[:PROBLEMS_TOLD_MAX])
    return told if len(found) <= PROBLEMS_TOLD_MAX else f"{told}; and {len(found) - PROBLEMS_TOLD_MAX} more"


def _told(problem: ErrorDetails, table: str) -> str:
    where = ".".join(_steps(problem, table))
    if problem["type"] == NO_SUCH_FIELD:
        return f"{where}, which is no field"
    if problem["type"] in NO_TABLE:
        return f"{where}, which is no table"
    if problem["type"] == "value_error":
        return f"{where}: {problem['ctx']['error']}"
    value = problem["input"]
    return f"{where}: {problem['msg']}" + (f", not {value}" if isinstance(value, int | float) else "")


def _steps(problem: ErrorDetails, table: str) -> Iterator[str]:
    if table:
        yield table
    yield from map(str, problem["loc"])
