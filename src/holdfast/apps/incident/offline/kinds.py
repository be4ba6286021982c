"""What kind of fault it is: by what moved, by what is written, by what was changed. What fits nothing is ``other``.

The words are those of common software (databases, proxies, runtimes, resolvers), not of any case.
"""

import re
from collections.abc import Iterable

from holdfast.apps.incident.offline.moves import Move

ENOUGH = 3.0
OTHER = "other"
_WRITTEN = (
    ("certificate", 5.0, r"certificate (has )?(is )?expired|x509|tls handshake|ssl.{0,20}(verify|handshake)|pkix"),
    ("dns", 5.0, r"no such host|name resolution|nxdomain|servfail|unknown ?host|could not resolve|getaddrinfo"),
    ("disk_full", 5.0, r"no space left|disk (is )?full|enospc|could not (extend|write to) file|volume .{0,30}full"),
    ("memory_leak", 4.0, r"out ?of ?memory|oom.?kill|heap (space|exhausted)|cannot allocate memory"),
    ("pool_exhaustion", 4.0, r"connection pool|from (the )?pool|too many (clients|connections)|pool .{0,20}exhausted"),
    ("lock_contention", 4.0, r"lock (wait )?timeout|waiting for \w*lock|deadlock detected|could not obtain lock"),
    ("clock_skew", 5.0, r"clock (skew|drift)|(in|from) the future|not yet valid|ntp|timestamp .{0,20}(skew|ahead)"),
    ("queue_backlog", 3.5, r"falling behind|consumer lag|backlog|queue .{0,20}(full|growing)"),
    ("cache", 4.0, r"cache (miss|stampede|cold|flushed)|empty (cache|keyspace)|keys? evicted|maxmemory"),
    ("traffic_surge", 3.0, r"overload|load shedding|shed\b|too many requests in flight"),
    ("config_change", 2.0, r"invalid (configuration|setting)|configuration (error|reloaded)|unknown (option|key)"),
    ("feature_flag", 3.0, r"\bvariant\b|feature flag|experiment\b|rollout .{0,10}percent"),
)
_MEASURED = (
    ("memory_leak", 3.5, r"memory|heap|rss", True),
    ("pool_exhaustion", 2.5, r"connections|pool", True),
    ("disk_full", 4.0, r"disk|volume|storage|inode", True),
    ("lock_contention", 4.0, r"(^|_)locks?(_|$)", True),
    ("clock_skew", 5.0, r"clock|skew|ntp|time_offset", True),
    ("cache", 4.0, r"hit_(percent|ratio|rate)", False),
    ("cache", 2.0, r"evict|miss", True),
    ("queue_backlog", 4.0, r"depth|backlog|consumer_lag|_lag", True),
)
_CHANGED = {
    "deploy": "bad_deploy",
    "config": "config_change",
    "flag": "feature_flag",
    "migration": "lock_contention",
}
_FAMILIAR = re.compile(
    r"error|fail|latency|duration|timeout|request|traffic|cpu|memory|heap|rss|connection|pool|disk|volume|storage|inode|"
    r"(^|_)locks?(_|$)|clock|skew|ntp|hit_|evict|miss|depth|backlog|lag|throughput"
)
CHANGED_WEIGHT, UNFAMILIAR_WEIGHT, SURGE_WEIGHT, OUTSIDE_WEIGHT = 3.8, 3.6, 4.0, 3.0
OUTSIDE = "external"


def kind_of_change(kind: str) -> str:
    """Return what it would be if a change of this kind did it."""
    return _CHANGED.get(kind, OTHER)


def kind_of(
    moves: Iterable[Move], written: Iterable[str], change: str | None, tier: str, *, is_demand: bool
) -> tuple[str, dict[str, float]]:
    """Return the kind that has the most for it, and how much each has."""
    weights: dict[str, float] = {}

    def add(kind: str, weight: float) -> None:
        weights[kind] = weights.get(kind, 0.0) + weight

    text = "\n".join(written).lower()
    for kind, weight, pattern in _WRITTEN:
        if re.search(pattern, text):
            add(kind, weight)
    for move in moves:
        for kind, weight, pattern, goes_up in _MEASURED:
            if re.search(pattern, move.metric) and move.is_up is goes_up:
                add(kind, weight)
        if not _FAMILIAR.search(move.metric):
            add(OTHER, UNFAMILIAR_WEIGHT)
    if is_demand:
        add("traffic_surge", SURGE_WEIGHT)
    if change is not None:
        add(kind_of_change(change), CHANGED_WEIGHT)
    if tier == OUTSIDE:
        add("dependency", OUTSIDE_WEIGHT)
    best = max(weights, key=lambda kind: weights[kind], default=OTHER)
    return (best if weights.get(best, 0.0) >= ENOUGH else OTHER), weights
