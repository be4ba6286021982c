"""Makes a briefing of reports: the first thing each says, what belongs together, and what there is to decide."""

import re
from collections.abc import Iterator

from holdfast.apps.meeting.offline.heard import Heard, answer
from holdfast.integration.gateway.offline import Answer

POINTS_EACH = 2
_CAUSE = re.compile(r"What made it fall is (\w+):")
_WORST = re.compile(r"^(.+?) is late most often:")
_ENDS = re.compile(r"The contract with (.+?) ends on (\S+)\.$")
_DEARER = re.compile(r"has become dearer")
_LONGEST = re.compile(r"^The service (\w+) was hit for longest:")
_OVERDUE = re.compile(r"invoices are overdue")


def edit(heard: Heard) -> Answer:
    """Say the first points of each report, and ask what they call for."""
    sections = heard.data("The reports")
    assert isinstance(sections, list)
    texts = {str(each["analyst"]): _texts(each) for each in sections}
    summary = [text for each in sections for text in _opening(each)]
    everything = [text for each in texts.values() for text in each]
    return answer({"summary": summary[:6], "decisions": list(_decisions(everything))[:5]})


def _texts(section: dict[str, object]) -> list[str]:
    report = section.get("report")
    return [str(point["text"]) for point in report["points"]] if isinstance(report, dict) else []


def _opening(section: dict[str, object]) -> Iterator[str]:
    name, texts = str(section["analyst"]).capitalize(), _texts(section)
    if not texts:
        yield f"{name}: there is no report ({section.get('why') or 'nothing could be shown'})."
    for text in texts[:POINTS_EACH]:
        yield f"{name}, by an earlier report: {text}" if section["rung"] == "last" else text


def _decisions(texts: list[str]) -> Iterator[str]:
    cause, carrier = _found(_CAUSE, texts), _found(_WORST, texts)
    ends = next((found for text in texts if (found := _ENDS.search(text))), None)
    is_dearer = any(_DEARER.search(text) for text in texts)
    if carrier is not None:
        until = f" Its contract ends on {ends[2]}." if ends and ends[1] == carrier else ""
        yield f"Is {carrier} to keep its lanes, or is another carrier to be asked?{until}"
    if cause == "freight" and carrier is not None and is_dearer:
        yield f"Freight made the margin fall, and {carrier} has become dearer: is its rate to be negotiated first?"
    elif cause is not None:
        yield f"Who finds out why {cause} has taken more of the revenue, and by when?"
    if (service := _found(_LONGEST, texts)) is not None:
        yield f"Is the time of {service} to be spent on new work, or on what has failed there?"
    if any(_OVERDUE.search(text) for text in texts):
        yield "Who talks to the customers whose invoices are overdue?"


def _found(pattern: re.Pattern[str], texts: list[str]) -> str | None:
    return next((found[1] for text in texts if (found := pattern.search(text))), None)
