"""Loads a prompt file and fills in its variables.

A prompt is Markdown with placeholders ``{{ expression }}`` in the language of ``kernel.expression``; one that names
something the values do not have is an error, never an empty string.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from holdfast.kernel.errors import DefinitionError, ExpressionError
from holdfast.kernel.expression import parse
from holdfast.kernel.ids import digest

_PLACEHOLDER = re.compile(r"\{\{(.+?)\}\}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Prompt:
    """The text of a prompt file, with its name."""

    name: str
    text: str

    @property
    def content_hash(self) -> str:
        """Digest of the text: what the journal names the prompt by."""
        return digest(self.text.encode())

    @property
    def variables(self) -> frozenset[str]:
        """The names the placeholders need."""
        return frozenset(name for text in _PLACEHOLDER.findall(self.text) for name in parse(text.strip()).names)

    def check(self) -> None:
        """Raise ExpressionError for a placeholder that does not parse or does not end."""
        try:
            _ = self.variables
        except ExpressionError as error:
            raise ExpressionError(f"prompt {self.name!r}: {error}") from error
        if "{{" in _PLACEHOLDER.sub("", self.text):
            raise ExpressionError(f"prompt {self.name!r}: expected every '{{{{' to have its '}}}}', found one without")

    def render(self, values: Mapping[str, object]) -> str:
        """Return the text with every placeholder filled in. Raises ExpressionError if a value is missing.

        Text stands as it is; any other value stands as JSON.
        """

        def fill(match: re.Match[str]) -> str:
            value = parse(match.group(1).strip()).evaluate(values)
            return value if isinstance(value, str) else msgspec.json.encode(value).decode()

        try:
            return _PLACEHOLDER.sub(fill, self.text)
        except ExpressionError as error:
            raise ExpressionError(f"prompt {self.name!r}: {error}") from error


def load(path: Path, name: str | None = None) -> Prompt:
    """Return the prompt in the file at ``path``. Raises DefinitionError if it cannot be read or is empty."""
    try:
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise DefinitionError(
            f"expected a prompt file at {path}, found none that can be read ({error}): create it, or name another"
        ) from error
    if not text:
        raise DefinitionError(f"expected a prompt in {path}, found an empty file: write it, or name another")
    return Prompt(name or path.stem, text + "\n")


def shipped(name: str) -> Prompt:
    """Return the prompt that ships with Holdfast as ``prompts/NAME.md``. Raises DefinitionError if there is none."""
    return load(Path(__file__).parent / f"{name}.md", name)
