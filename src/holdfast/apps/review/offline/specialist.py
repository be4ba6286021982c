"""A specialist's part: what to do in the next turn, and in the last one what to hand in."""

from collections.abc import Iterable, Sequence
from itertools import zip_longest

import msgspec

from holdfast.apps.review.offline import plan
from holdfast.apps.review.offline.callers import Callee, Place, calls_of, read_around, sites_of
from holdfast.apps.review.offline.candidates import candidates_of
from holdfast.apps.review.offline.code import code_in
from holdfast.apps.review.offline.corrections import corrected
from holdfast.apps.review.offline.handing_in import handed_in
from holdfast.apps.review.offline.judgement import Dismissed, Judged, judge
from holdfast.apps.review.offline.plan import Tools
from holdfast.apps.review.offline.schema import Schema
from holdfast.apps.review.offline.seen import Seen
from holdfast.integration.gateway.offline import Answer

CALL_READS_MAX = 8
TOO_COMMON = frozenset(("main", "run", "get", "set", "call", "execute", "handle", "wrapper", "__init__", "__call__"))
"""Functions whose name says too little to search for their calls."""


def review(seen: Seen, tools: Tools, schema: Schema) -> Answer:
    """Return the next calls, or the answer once nothing is left to look at."""
    if wanted := plan.look_around(seen, tools):
        return Answer("First I see which files there are.", tuple(wanted))
    if wanted := plan.analyse(seen, tools) if _has_files(seen) else []:
        return Answer("I have the files analysed.", tuple(wanted))
    candidates = candidates_of(seen.of(plan.ANALYSE))
    if wanted := plan.read(seen, tools, candidates):
        return Answer("I read the code around what was found.", tuple(wanted))
    code = code_in(seen.of(plan.READ))
    callees = _open_ends([judge(candidate, code.get(candidate.path, {})) for candidate in candidates])
    if wanted := plan.ask_who_calls(seen, tools, [callee.name for callee in callees]):
        return Answer("I look who calls these functions.", tuple(wanted))
    places = {callee: calls_of(callee, seen) for callee in callees}
    if wanted := read_around(_first_of_each(places.values()), seen, tools):
        return Answer("I read what their callers pass.", tuple(wanted))
    sites = {callee: sites_of(callee, called_at, code) for callee, called_at in places.items()}
    verdicts = [judge(candidate, code.get(candidate.path, {}), sites) for candidate in candidates]
    return Answer(_text(handed_in(seen, verdicts, code, schema), seen, schema))


def _has_files(seen: Seen) -> bool:
    listings = seen.of(plan.LIST_FILES)
    return not listings or any(result.is_error or result.fields.get("total", 1) for result in listings)


def _open_ends(verdicts: Iterable[Judged | Dismissed]) -> list[Callee]:
    """Return the functions whose callers decide a value, those of the weightiest candidates first."""
    judged = (verdict for verdict in verdicts if isinstance(verdict, Judged))
    callees = dict.fromkeys(verdict.callee for verdict in judged if verdict.callee is not None)
    return [callee for callee in callees if callee.name not in TOO_COMMON][: plan.SEARCHES_MAX]


def _first_of_each(places: Iterable[Sequence[Place]]) -> list[Place]:
    """Take the calls of several functions in turns, so that each has some read."""
    turns = zip_longest(*places)
    return [place for turn in turns for place in turn if place is not None][:CALL_READS_MAX]


def _text(answer: object, seen: Seen, schema: Schema) -> str:
    """Return the answer as JSON; if an earlier one was complained of, mended as the complaint asks."""
    return msgspec.json.encode(corrected(answer, seen, schema) if seen.answer else answer).decode()
