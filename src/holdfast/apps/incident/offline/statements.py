"""The queries by which the stand-in looks at a case: plain SQL that only reads."""

_MOVES = """
WITH series AS (
    SELECT service, metric, at, value,
        value - avg(value) OVER (PARTITION BY service, metric) AS off,
        abs(value - lag(value) OVER (PARTITION BY service, metric ORDER BY at)) AS step,
        lead(at) OVER (PARTITION BY service, metric ORDER BY at) AS next
    FROM metrics{among}
), drift AS (
    SELECT *, abs(sum(off) OVER (PARTITION BY service, metric ORDER BY at)) AS gone FROM series
), peak AS (
    SELECT *, max(CASE WHEN next IS NOT NULL THEN gone END) OVER (PARTITION BY service, metric) AS most FROM drift
), bend AS (
    SELECT *, min(CASE WHEN gone = most THEN next END) OVER (PARTITION BY service, metric) AS since FROM peak
)
SELECT service, metric, since,
    round(avg(CASE WHEN at < since THEN value END), 4) AS before,
    round(avg(CASE WHEN at >= since THEN value END), 4) AS after,
    round(avg(step), 5) AS noise
FROM bend GROUP BY service, metric, since ORDER BY service, metric
""".strip()
MOVES = _MOVES.format(among="")
"""Each series cut in two where the sum of what it is off its mean turns: since when, means before and after, noise."""

_GISTS = """
WITH RECURSIVE words(id, rest, gist) AS (
    SELECT id, message || ' ', '' FROM logs WHERE level <> 'INFO'
    UNION ALL
    SELECT id, substr(rest, instr(rest, ' ') + 1),
        CASE WHEN substr(rest, 1, instr(rest, ' ')) GLOB '*[0-9]*' THEN gist
            ELSE gist || substr(rest, 1, instr(rest, ' ')) END
    FROM words WHERE rest <> ''
), told AS (
    SELECT l.id, l.service, l.level, l.at, l.message, w.gist FROM words w JOIN logs l ON l.id = w.id WHERE w.rest = ''
)
""".strip()
"""Warnings and errors without the words that hold figures: what they are apart from whom and how many."""

VOICES = f"""
{_GISTS}
SELECT service, level, gist,
    sum(CASE WHEN at < $1 THEN 1 ELSE 0 END) AS before, sum(CASE WHEN at >= $1 THEN 1 ELSE 0 END) AS since,
    min(CASE WHEN at >= $1 THEN at END) AS first, max(message) AS example
FROM told GROUP BY service, level, gist HAVING since > 2 ORDER BY since DESC, service, gist
""".strip()
"""What is written, by its gist, how often before and since a time."""

COMPLAINTS = f"""
{_GISTS}
SELECT t.service, s.name AS named,
    sum(CASE WHEN t.at < $1 THEN 1 ELSE 0 END) AS before, sum(CASE WHEN t.at >= $1 THEN 1 ELSE 0 END) AS since,
    min(CASE WHEN t.at >= $1 THEN t.at END) AS first, max(t.message) AS example
FROM told t JOIN services s ON s.name <> t.service
    AND ' ' || t.message || ' ' GLOB '*[^a-z0-9_-]' || s.name || '[^a-z0-9_-]*'
GROUP BY t.service, s.name, t.gist HAVING since > 2 ORDER BY since DESC, t.service, named, example
""".strip()
"""Who names whom in warnings and errors, and how."""

CHANGES = """
SELECT id, at, kind, service, what, detail FROM changes WHERE at <= $1 ORDER BY at DESC, id LIMIT 15
""".strip()

ROLLED = """
SELECT CASE WHEN r.change_id IS NULL THEN 'without' ELSE 'with' END AS change, m.metric,
    count(DISTINCT m.instance) AS instances,
    round(avg(CASE WHEN m.at < $3 THEN m.value END), 4) AS before,
    round(avg(CASE WHEN m.at >= $4 THEN m.value END), 4) AS after
FROM instance_metrics m LEFT JOIN rollouts r ON r.change_id = $1 AND r.instance = m.instance
WHERE m.service = $2 GROUP BY change, m.metric ORDER BY m.metric, change
""".strip()
"""The instances that have a change beside those that do not, before it and in the outage."""

SERIES = """
SELECT metric, min(at) AS begins, group_concat(round(value, 4)) AS values_in_order
FROM (SELECT metric, at, value FROM metrics WHERE service = $1 AND at >= $2 ORDER BY metric, at)
GROUP BY metric ORDER BY metric
""".strip()
"""The series of a service, minute by minute."""


def moves_among(services: int) -> str:
    """Return ``MOVES`` for as many services, which are its parameters."""
    places = ", ".join(f"${number}" for number in range(1, services + 1))
    return _MOVES.format(among=f" WHERE service IN ({places})")
