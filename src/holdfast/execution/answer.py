"""What an agent's answer must be, and whether a reply is one."""

import re
from functools import cached_property, partial
from typing import Any

import msgspec
from pydantic import TypeAdapter, ValidationError
from pydantic.errors import PydanticUndefinedAnnotation, PydanticUserError

from holdfast.execution.report import may_fail
from holdfast.integration.tools.caught import Raised, caught
from holdfast.integration.tools.visible import one_line
from holdfast.kernel.errors import DefinitionError

PROBLEMS_TOLD_MAX = 5
PROBLEM_CHARACTERS_MAX = 200

_FENCED = re.compile(r"\A```\w*\s(.*)```\Z", re.DOTALL)


class Output:
    """The type of an agent's answer: any that pydantic understands, or None for text."""

    def __init__(self, kind: Any) -> None:  # a type form, which has no type of its own in Python 3.11
        self._kind = kind

    @cached_property
    def _adapter(self) -> TypeAdapter[Any]:
        return TypeAdapter(self._kind)

    @cached_property
    def may_fail(self) -> bool:
        """Whether an answer may be a report that it failed."""
        return may_fail(self._kind)

    @cached_property
    def schema(self) -> dict[str, object] | None:
        """The JSON Schema of the answer; None if it is text. Raises DefinitionError for a type that has none."""
        if self._kind is None:
            return None
        try:
            return self._adapter.json_schema()
        except (PydanticUserError, PydanticUndefinedAnnotation, TypeError, ValueError) as error:
            raise DefinitionError(
                f"expected an output type that has a JSON Schema, found {self._kind!r} ({one_line(str(error), 300)}): "
                "use plain types, dataclasses, TypedDicts or pydantic models"
            ) from error

    def read(self, text: str) -> tuple[object, str | None]:
        """Return the answer in ``text`` as a JSON value, and None; or None and what is wrong with it."""
        if self._kind is None:
            return text, None
        body = _unfenced(text)
        try:
            msgspec.json.decode(body)
        except (msgspec.DecodeError, RecursionError) as error:
            return None, f"it is not JSON ({one_line(str(error), PROBLEM_CHARACTERS_MAX)})"
        value = caught(self._adapter.validate_json, body)
        if not isinstance(value, Raised):
            value = caught(partial(self._adapter.dump_python, value, mode="json", by_alias=True))
        return (None, _problems(value.error)) if isinstance(value, Raised) else (value, None)


def _unfenced(text: str) -> str:
    """Return ``text`` without the Markdown fence that models like to put around JSON."""
    stripped = text.strip()
    fenced = _FENCED.match(stripped)
    return fenced[1] if fenced else stripped


def _problems(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return one_line(f"checking it failed: {type(error).__name__}: {error}", PROBLEM_CHARACTERS_MAX)
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    told = [f"{'.'.join(map(str, problem['loc'])) or 'answer'}: {problem['msg']}" for problem in problems]
    rest = len(told) - PROBLEMS_TOLD_MAX
    shown = "; ".join(one_line(problem, PROBLEM_CHARACTERS_MAX) for problem in told[:PROBLEMS_TOLD_MAX])
    return shown + (f"; and {rest} more" if rest > 0 else "")
