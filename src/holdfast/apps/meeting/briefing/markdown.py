"""Writes a briefing as Markdown: the sum first, then each analysis with its charts; apart, where figures are from."""

from collections.abc import Iterator

from holdfast.apps.meeting.briefing.model import Analyst, Briefing, Section

BRIEFING, FIGURES = "briefing.md", "figures.md"
HEADINGS = {Analyst.FINANCIAL: "Finance", Analyst.SHIPPING: "Shipping", Analyst.INCIDENTS: "Incidents"}
_MEANS_SOMETHING = frozenset("\\`*_[]<>|#!")


def markdown(briefing: Briefing) -> str:
    """Return the briefing as Markdown; it links its charts, and the page of its figures, by their places beside it."""
    return "\n".join(_lines(briefing)).rstrip("\n") + "\n"


def figures_page(briefing: Briefing) -> str:
    """Return as Markdown which query gives each figure of a briefing."""
    return "\n".join(_sources(briefing)).rstrip("\n") + "\n"


def _lines(briefing: Briefing) -> Iterator[str]:
    yield from (f"# {plain(briefing.title)}", "", f"{plain(briefing.company)}, {briefing.as_of}", "")
    for note in briefing.notes:
        yield from (f"> **Not complete.** {plain(note)}", "")
    if briefing.left_out:
        yield from (f"> **{len(briefing.left_out)} statements were left out:** see the end.", "")
    yield from _listed("In short", briefing.summary)
    yield from _listed("To decide", briefing.decisions)
    for section in briefing.sections:
        yield from _section(section)
    if briefing.left_out:
        told = [f"{each.analyst}: “{each.text}” ({each.why})" for each in briefing.left_out]
        yield from _listed("Left out, for the data do not show it", told)
    yield f"{briefing.figures} figures were computed anew from the data: [by which queries]({FIGURES})."


def _listed(heading: str, items: list[str]) -> Iterator[str]:
    if items:
        yield from (f"## {heading}", "", *(f"- {plain(item)}" for item in items), "")


def _section(section: Section) -> Iterator[str]:
    yield from (f"## {HEADINGS[section.analyst]}", "")
    if section.report is None:
        yield from (f"Not available: {plain(section.why)}.", "")
        return
    yield from (*(f"- {plain(point.text)}" for point in section.report.points), "")
    if section.report.investigation:
        yield from (plain(section.report.investigation), "")
    for chart in section.report.charts:
        yield from (f"![{plain(chart.title)}]({chart.png})", "", f"[as SVG]({chart.svg})", "")


def _sources(briefing: Briefing) -> Iterator[str]:
    yield from (
        f"# Where the figures are from: {plain(briefing.title)}",
        "",
        "| figure | value | query | with |",
        "|---|---|---|---|",
    )
    for section in briefing.sections:
        for point in section.report.points if section.report else []:
            for figure in point.figures:
                value = f"{figure.value} {figure.unit}".strip()
                given = ", ".join(map(str, figure.parameters))
                yield f"| {plain(figure.name)} | {plain(value)} | `{_as_code(figure.statement)}` | {plain(given)} |"


def plain(text: str) -> str:
    """Return a text that Markdown shows as it is, in one line."""
    return "".join(f"\\{each}" if each in _MEANS_SOMETHING else each for each in " ".join(text.split()))


def _as_code(text: str) -> str:
    return " ".join(text.split()).replace("`", "'").replace("|", "\\|")
