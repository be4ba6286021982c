"""Puts a briefing together from a draft and checked sections: nothing in it states what they do not. Pure."""

from collections.abc import Iterator, Mapping

from holdfast.apps.meeting.briefing.model import Briefing, Checked, Draft, LeftOut, Plan, Rung, Section
from holdfast.apps.meeting.findings.stating import unsupported

EDITOR = "editor"


def assembled(request: str, plan: Plan, draft: Draft, checked: Checked, about: Mapping[str, str]) -> Briefing:
    """Return the briefing without the statements that nothing supports; what was left out stands at its end."""
    lost = list(unsupported_in(draft, checked, about["as_of"]))
    gone = {each.text for each in lost}
    return Briefing(
        title=plan.title,
        company=about["name"],
        as_of=about["as_of"],
        request=request,
        summary=[text for text in draft.summary if text not in gone],
        decisions=[text for text in draft.decisions if text not in gone],
        sections=checked.sections,
        left_out=[*checked.left_out, *lost],
        notes=[note for section in checked.sections for note in _notes(section)],
    )


def unsupported_in(draft: Draft, checked: Checked, as_of: str) -> Iterator[LeftOut]:
    """Yield what the draft says with a number or a day that is in no section."""
    known = [as_of, *(value for section in checked.sections for value in _values(section))]
    for text in (*draft.summary, *draft.decisions):
        if missing := unsupported(text, known):
            yield LeftOut(analyst=EDITOR, text=text, why=f"it states {', '.join(missing)}, which no report does")


def _values(section: Section) -> Iterator[object]:
    if section.report is not None:
        yield section.report.as_of
        yield section.report.investigation
        for point in section.report.points:
            yield point.text
            for figure in point.figures:
                yield figure.value
                yield from figure.parameters


def _notes(section: Section) -> Iterator[str]:
    name = section.analyst.capitalize()
    match section.rung:
        case Rung.NONE:
            yield f"{name}: not available ({section.why}), and there is no earlier report"
        case Rung.LAST:
            assert section.report is not None
            checked = "checked again" if section.is_checked else "not checked against the data"
            yield f"{name}: from the last report, of {section.report.as_of} ({section.why}); its figures were {checked}"
        case Rung.LIVE:
            assert section.report is not None
            yield from (f"{name}: {note}" for note in section.report.notes)
            if not section.is_checked:
                yield f"{name}: its figures were not checked against the data ({section.why})"
