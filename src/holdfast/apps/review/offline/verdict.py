"""The tracer's verdict: what the trail of a value, and the calls that feed it, say about a finding."""

from collections.abc import Iterator, Mapping, Sequence

from holdfast.apps.review.offline.callers import CallSite
from holdfast.apps.review.offline.candidates import Candidate
from holdfast.apps.review.offline.code import quotable
from holdfast.apps.review.offline.flow import Lines, Trail
from holdfast.apps.review.offline.idioms import Origin
from holdfast.apps.review.offline.judgement import SECRETS
from holdfast.apps.review.offline.places import Part, is_placeholder, part_of

Said = dict[str, object]


def verdict_on(finding: Candidate, lines: Lines, trail: Trail | None, sites: Sequence[CallSite]) -> Said:
    """Return the verdict. ``trail`` is None for a weakness that depends on no value."""
    note = "Here it stands." if trail is None else "Here it is used."
    sink = _step(finding.path, finding.line, finding.excerpt, note)
    if finding.line not in lines:
        return _said("unclear", "The place could not be read.", [])
    part = part_of(finding.path)
    if part is not Part.SHIPPED:
        return _said("downgraded", f"It stands in {part.value}, which nobody outside reaches.", [sink], "low")
    if trail is None:
        return _standing(finding, lines[finding.line], sink)
    steps = [_step(finding.path, hop.line, hop.text, hop.note) for hop in trail.hops]
    match trail.origin:
        case Origin.REQUEST if trail.cleaned_by:
            return _said(
                "downgraded", f"The value of a request passes {trail.cleaned_by} before.", [*steps, sink], "medium"
            )
        case Origin.REQUEST:
            return _said("confirmed", "A value of a request reaches this place, and nothing checks it.", [*steps, sink])
        case Origin.COMMAND_LINE:
            reasons = "The value comes from the command line: who starts the program decides it, nobody else."
            return _said("downgraded", reasons, [*steps, sink], "medium")
        case Origin.CONSTANT:
            return _said(
                "downgraded", "Every value that reaches this place is fixed in the code.", [*steps, sink], "low"
            )
        case Origin.PARAMETER:
            return _by_callers(trail, sites, [*steps, sink])
        case Origin.UNKNOWN:
            return _said("unclear", "The lines above do not say where the value comes from.", [*steps, sink])


def _standing(finding: Candidate, line: str, sink: Said) -> Said:
    if finding.weakness in SECRETS and is_placeholder(line):
        return _said("downgraded", "It looks like a placeholder, or is looked up elsewhere.", [sink], "low")
    return _said("confirmed", "It stands in code that ships and depends on no input.", [sink])


def _by_callers(trail: Trail, sites: Sequence[CallSite], steps: list[Said]) -> Said:
    """Judge by who calls the function: one caller that passes a request's value on is enough."""
    origins = [site.trail.origin for site in sites]
    reaching = [site for site in sites if site.passes_request]
    if reaching and not trail.cleaned_by:
        site = reaching[0]
        reasons = f"{trail.function} is called with a value of a request, and nothing checks it."
        return _said("confirmed", reasons, [*_of_site(site), *steps])
    if reaching or Origin.REQUEST in origins:
        cleaned_by = trail.cleaned_by or next(site.trail.cleaned_by for site in sites if site.trail.cleaned_by)
        reasons = f"A value of a request reaches {trail.function}, but passes {cleaned_by}."
        return _said("downgraded", reasons, [*_of_site(sites[origins.index(Origin.REQUEST)]), *steps], "medium")
    if origins and set(origins) <= {Origin.CONSTANT}:
        reasons = f"Each of the {len(sites)} calls of {trail.function} that were found passes values fixed in the code."
        return _said("downgraded", reasons, [*_of_site(sites[0]), *steps], "low")
    if Origin.COMMAND_LINE in origins:
        reasons = f"{trail.function} is called with a value of the command line: who starts the program decides it."
        return _said("downgraded", reasons, [*_of_site(sites[origins.index(Origin.COMMAND_LINE)]), *steps], "medium")
    calls = f"{len(sites)} calls were found, and none says where its value comes from" if sites else "no call was found"
    return _said("unclear", f"Whoever calls {trail.function} decides the value; {calls}.", steps)


def _of_site(site: CallSite) -> Iterator[Said]:
    for hop in site.trail.hops:
        yield _step(site.path, hop.line, hop.text, hop.note)
    yield _step(site.path, site.line, site.text, "Here it is passed on.")


def _step(path: str, line: int, text: str, note: str) -> Said:
    return {"path": path, "line": line, "evidence": quotable(text), "note": note}


def _said(verdict: str, reasons: str, steps: Sequence[Mapping[str, object]], severity: str | None = None) -> Said:
    said: Said = {"verdict": verdict, "reasons": reasons, "steps": [step for step in steps if step["evidence"]]}
    return said if severity is None else {**said, "severity": severity}
