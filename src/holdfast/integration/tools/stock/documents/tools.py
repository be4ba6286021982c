"""The tools that search documents and quote them, and where the documents come from."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field

from holdfast.integration.tools.contract import Tool, ToolFailure, tool
from holdfast.integration.tools.stock.documents.library import Library, Quotation
from holdfast.integration.tools.stock.files.beneath import Beneath
from holdfast.integration.tools.stock.files.limits import FileLimits
from holdfast.integration.tools.stock.files.reading import Reading
from holdfast.kernel.effects import Effect
from holdfast.kernel.errors import DefinitionError

QUERY_CHARACTERS_MAX = 500
FOUND_MAX = 20
LINES_READ_MAX = 200
SUFFIXES = (".md", ".txt", ".rst")


def document_tools(documents: Library | Mapping[str, str]) -> tuple[Tool, Tool]:
    """Return ``search_documents`` and ``read_document`` over texts by their paths. Raises DefinitionError."""
    library = documents if isinstance(documents, Library) else Library(documents)

    @tool(effect=Effect.PURE)
    def search_documents(
        query: Annotated[str, Field(min_length=1, max_length=QUERY_CHARACTERS_MAX, description="Words to look for")],
        count: Annotated[int, Field(ge=1, le=FOUND_MAX, description="How many passages")] = 5,
    ) -> list[Quotation]:
        """Find passages, the best first. Cite what you use of them as path:first_line-last_line."""
        return library.find(query, count)

    @tool(effect=Effect.PURE)
    def read_document(
        path: Annotated[str, Field(description="As a search gave it")],
        first_line: Annotated[int, Field(ge=1)] = 1,
        last_line: Annotated[int | None, Field(ge=1, description="As far as a call reads, if not given")] = None,
    ) -> Quotation:
        """Read lines of a document, word for word."""
        furthest = first_line + LINES_READ_MAX - 1
        return library.quote(path, first_line, furthest if last_line is None else min(last_line, furthest))

    return search_documents, read_document


def read_folder(
    root: str | Path | Beneath, suffixes: tuple[str, ...] = SUFFIXES, limits: FileLimits | None = None
) -> dict[str, str]:
    """Return the texts of the files beneath a folder, by their paths, as they stand now. Raises DefinitionError."""
    reading = Reading(root if isinstance(root, Beneath) else Beneath(root), limits or FileLimits())
    try:
        paths = [path for path in reading.paths() if path.endswith(suffixes)]
        return {path: reading.text(path) for path in paths}
    except ToolFailure as failure:
        raise DefinitionError(f"the documents cannot be read: {failure.message}") from failure
