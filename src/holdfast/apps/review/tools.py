"""The tools the review's agents work with: list, read, search, analyse. All of them only read."""

from typing import Annotated, Literal

from pydantic import Field

from holdfast.apps.review.analysers.candidate import Candidate
from holdfast.apps.review.source.globs import matches
from holdfast.apps.review.source.search import Query
from holdfast.apps.review.workspace import Workspace
from holdfast.integration.tools.contract import Provided, Tool, tool
from holdfast.integration.tools.returned import Returned
from holdfast.kernel.effects import Effect

CANDIDATES_A_PAGE = 40
FILES_A_PAGE = 200
HITS_A_PAGE = 50
WORKER_SECONDS = 900.0
"""What a worker does, and the waiting for a free one; what one file or search may take is bounded apart."""
SHOWN_BYTES_MAX = 48_000
CODE = Returned(keeps_letters=True)
"""What is quoted from code must be found where it stands, whatever letters it is written in."""

ScopeKey = Annotated[str, Field(description="The key of the scope you were given.")]
Cursor = Annotated[int, Field(ge=0, description="Where to go on: the next_cursor of the page before.")]
FilePath = Annotated[str, Field(description="A path as list_files gives it.")]
Glob = Annotated[str, Field(description="A glob such as src/**/*.py.")]


@tool(effect=Effect.READ, result_bytes_max=SHOWN_BYTES_MAX, returned=CODE)
def list_files(
    scope: ScopeKey,
    pattern: Glob = "**",
    language: str | None = None,
    cursor: Cursor = 0,
    *,
    workspace: Provided[Workspace],
) -> dict[str, object]:
    """List the files of a scope with their language and length."""
    files = (workspace.repository.file(path) for path in workspace.scope(scope).paths)
    found = [file for file in files if matches(file.path, pattern) and language in (None, file.language)]
    shown = found[cursor : cursor + FILES_A_PAGE]
    return {
        "files": [
            {"path": file.path, "language": file.language, "role": file.role, "lines": file.lines} for file in shown
        ],
        "total": len(found),
        "next_cursor": _next(cursor, len(shown), len(found)),
    }


@tool(effect=Effect.READ, timeout_seconds=WORKER_SECONDS, returned=CODE)
async def read_lines(
    path: FilePath,
    first: Annotated[int, Field(ge=1)] = 1,
    last: Annotated[int, Field(ge=1)] = 200,
    *,
    workspace: Provided[Workspace],
) -> dict[str, object]:
    """Read lines of a file, from first to last, with their numbers. At most 400 at a time; a secret ends in … early."""
    page = await workspace.read_lines(path, first, last)
    return {
        "path": page.path,
        "first": first,
        "last": page.lines[-1].number if page.lines else first,
        "total": page.lines_total,
        "text": page.as_text(),
    }


@tool(effect=Effect.READ, timeout_seconds=WORKER_SECONDS, returned=CODE)
async def search(
    text: Annotated[str, Field(min_length=1, description="The text to look for, as it stands in the code.")],
    pattern: Glob = "**",
    cursor: Cursor = 0,
    *,
    workspace: Provided[Workspace],
) -> dict[str, object]:
    """Search the whole repository for a text, case counted."""
    page = await workspace.search(Query(pattern=text, glob=pattern, offset=cursor, hits_max=HITS_A_PAGE))
    return {
        "matches": [{"path": hit.path, "line": hit.line.number, "text": hit.line.text} for hit in page.hits],
        "total": page.hits_total,
        "next_cursor": page.next_offset,
    }


def analyser_tool(name: str) -> Tool:
    """Return the tool that runs the analyser ``name``, and no other."""

    @tool(effect=Effect.READ, timeout_seconds=WORKER_SECONDS, result_bytes_max=SHOWN_BYTES_MAX, returned=CODE)
    async def run_analyser(
        name: Literal[name],  # type: ignore[valid-type]  # known when the tool is made
        scope: ScopeKey,
        cursor: Cursor = 0,
        *,
        workspace: Provided[Workspace],
    ) -> dict[str, object]:
        """Run an analyser over the files of a scope and return what it suspects, the worst first."""
        part = workspace.scope(scope)
        result = await workspace.analyse(name, part)
        found = [one for one in result.candidates if part.counts(one.path, one.line, one.end_line)]
        shown = found[cursor : cursor + CANDIDATES_A_PAGE]
        return {
            "analyser": result.analyser,
            "candidates": [_told(candidate) for candidate in shown],
            "total": len(found),
            "next_cursor": _next(cursor, len(shown), len(found)),
            "left_out": {rule.rule: rule.count for rule in result.left_out},
            "files_covered": len(result.covered),
            "problems": [
                {"path": problem.path, "reason": problem.reason}
                for problem in result.problems
                if part.has(problem.path)
            ],
            "not_audited": [
                {"name": dependency.name, "version": dependency.version, "reason": dependency.reason}
                for dependency in result.not_audited
                if part.counts(dependency.path, dependency.line, dependency.line)
            ],
            "notes": list(result.notes),
        }

    return run_analyser


def _told(candidate: Candidate) -> dict[str, object]:
    return {
        "rule": candidate.rule,
        "title": candidate.title,
        "severity": candidate.severity,
        "confidence": candidate.confidence,
        "path": candidate.path,
        "line": candidate.line,
        "end_line": candidate.end_line,
        "excerpt": candidate.excerpt,
        "message": candidate.message,
        "cwe": f"CWE-{candidate.cwe}" if candidate.cwe else None,
    }


def _next(cursor: int, shown: int, total: int) -> int | None:
    end = cursor + shown
    return end if shown and end < total else None
