"""Several findings about one matter become one finding that keeps what every source said."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

import msgspec

from holdfast.apps.review.findings.confidence import combined_confidence
from holdfast.apps.review.findings.model import Finding, squeeze
from holdfast.apps.review.findings.ranking import rank, rank_key
from holdfast.apps.review.findings.weakness import BROAD_FAMILIES, family, rule_name, weakness_group

Keys = Callable[[Finding], Iterable[str]]


def merge(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings with duplicates joined, ranked.

    Two are about the same matter if their lines in a file overlap and they name the same group of weaknesses; where one
    of them names no CWE, the same family or name of rule or the same quoted words will do. A finding without a CWE
    never joins two different weaknesses. The result does not depend on the order, merging it again changes nothing, and
    every claim that came in is a claim of exactly one finding that comes out. Merge first, trace afterwards.
    """
    by_path: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_path[finding.path].append(finding)
    return rank(finding for of_file in by_path.values() for finding in _merge_file(of_file))


def _merge_file(findings: Iterable[Finding]) -> list[Finding]:
    """Join until nothing joins: what takes in another can span more lines. Each round leaves fewer, so it ends."""
    current = list(findings)
    while len(fewer := _one_round(current)) < len(current):
        current = fewer
    return current


def _one_round(findings: Sequence[Finding]) -> list[Finding]:
    named = _joined([finding for finding in findings if finding.cwe], _weakness_keys)
    adopted: dict[int, list[Finding]] = defaultdict(list)
    homeless: list[Finding] = []
    for finding in findings:
        if finding.cwe:
            continue
        home = next((place for place, other in enumerate(named) if _is_worded_alike(finding, other)), None)
        if home is None:
            homeless.append(finding)
        else:
            adopted[home].append(finding)
    settled = [_fused([home, *adopted[place]]) for place, home in enumerate(named)]
    return sorted([*settled, *_joined(homeless, _word_keys)], key=rank_key)


def _weakness_keys(finding: Finding) -> tuple[str, ...]:
    return (weakness_group(finding.cwe or ""),)


def _word_keys(finding: Finding) -> tuple[str, ...]:
    if family(finding.rule) in BROAD_FAMILIES:
        return (f"rule {finding.rule}",)
    return (
        f"family {family(finding.rule)}",
        f"name {rule_name(finding.rule)}",
        f"quote {squeeze(finding.evidence)}",
    )


def _is_worded_alike(one: Finding, other: Finding) -> bool:
    overlaps = one.line <= other.end_line and other.line <= one.end_line
    return overlaps and not set(_word_keys(one)).isdisjoint(_word_keys(other))


def _joined(findings: Sequence[Finding], keys: Keys) -> list[Finding]:
    """Fuse what is linked by chains of a shared key and overlapping lines; the best ranked comes first."""
    buckets: dict[str, list[int]] = defaultdict(list)
    for place, finding in enumerate(findings):
        for key in keys(finding):
            buckets[key].append(place)
    parent = list(range(len(findings)))
    for places in buckets.values():
        _link_overlapping(findings, places, parent)
    groups: dict[int, list[Finding]] = defaultdict(list)
    for place, finding in enumerate(findings):
        groups[_root(parent, place)].append(finding)
    return sorted((_fused(group) for group in groups.values()), key=rank_key)


def _link_overlapping(findings: Sequence[Finding], places: list[int], parent: list[int]) -> None:
    in_order = sorted(places, key=lambda place: findings[place].line)
    reach, last = 0, in_order[0]
    for place in in_order:
        if findings[place].line <= reach:
            parent[_root(parent, place)] = _root(parent, last)
        if findings[place].end_line >= reach:
            reach, last = findings[place].end_line, place


def _root(parent: list[int], place: int) -> int:
    while parent[place] != place:
        parent[place] = parent[parent[place]]
        place = parent[place]
    return place


def _fused(findings: Sequence[Finding]) -> Finding:
    """Return one finding: the words and place of the best ranked, the worst severity, what the others can add."""
    if len(findings) == 1:
        return findings[0]
    ordered = sorted(findings, key=rank_key)
    best = ordered[0]
    claims = tuple(sorted(claim for finding in ordered for claim in finding.claims))
    return msgspec.structs.replace(
        best,
        severity=min((finding.severity for finding in ordered), key=lambda severity: severity.order),
        confidence=combined_confidence(claims) if claims else best.confidence,
        fix=next((finding.fix for finding in ordered if finding.fix), ""),
        cwe=next((finding.cwe for finding in ordered if finding.cwe), None),
        claims=claims,
        trace=next((finding.trace for finding in ordered if finding.trace), None),
    )
