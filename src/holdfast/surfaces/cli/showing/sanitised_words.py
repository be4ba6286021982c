"""What a result held that is not shown as it was, in words."""

from collections.abc import Iterable, Iterator

from holdfast.journal.events.steps import Sanitised
from holdfast.observability.span import Span
from holdfast.surfaces.cli.showing.wording import counted


def sanitised_words(found: Sanitised | None) -> str:
    """Return it as the end of a line; empty if there was nothing."""
    return "" if found is None else "".join(f" · {told}" for told in _told(found))


def sanitised_lines(spans: Iterable[Span]) -> Iterator[str]:
    """Yield a line for each call whose result held something."""
    for span in spans:
        if span.attributes.sanitised is not None:
            yield f"{span.path} ({span.name}): {', '.join(_told(span.attributes.sanitised))}"


def sanitised_records(spans: Iterable[Span]) -> list[dict[str, object]]:
    """Return the same as JSON."""
    return [
        {"path": span.path, "tool": span.name, "found": span.attributes.sanitised}
        for span in spans
        if span.attributes.sanitised is not None
    ]


def _told(found: Sanitised) -> Iterator[str]:
    if found.hidden:
        yield counted(found.hidden, "hidden character")
    if found.disguised:
        yield counted(found.disguised, "letter") + " in disguise"
    if found.secrets:
        yield f"secrets: {', '.join(each.name for each in found.secrets)}"
    if found.personal:
        yield f"personal: {', '.join(f'{count} × {label}' for label, count in found.personal.items())}"
