"""Answers a question to one source: finds the fields it names, writes the query, tries it."""

import re
from collections.abc import Iterator, Mapping

import msgspec

from holdfast.apps.meeting.offline.heard import Came, Heard, answer, calls
from holdfast.integration.gateway.offline import Answer
from holdfast.integration.gateway.speech import Wanted

_SHAPE = re.compile(r"^(?P<measures>.+?)(?: by (?P<fields>.+?))?(?: where (?P<conditions>.+))?$")
_CONDITION = re.compile(
    r"(?P<field>\w+) (?P<verb>is missing|is|from|before)(?: (?P<values>.+?))??(?= and \w+ (?:is|from|before)\b|$)"
)
_VERBS = {"from": ">=", "before": "<"}
FEW_ROWS = 3


class Query(msgspec.Struct, frozen=True):
    """A query that was written, or why it could not be."""

    statement: str = ""
    parameters: list[str] = []
    problem: str = ""


def collect(heard: Heard) -> Answer:
    """Look at the table, run the query, hand it in."""
    described = heard.of("describe_tables")
    if not described:
        return calls(Wanted("describe_tables", {}))
    if described[-1].is_error:
        return _give_up(str(described[-1].value))
    query = written(heard.text("The question"), _tables(described[-1]))
    if query.problem:
        return _give_up(query.problem)
    asked = heard.of("query_sql")
    if not asked:
        return calls(Wanted("query_sql", {"statement": query.statement, "parameters": query.parameters}))
    if asked[-1].is_error:
        return _give_up(str(asked[-1].value))
    rows = asked[-1].value.get("rows", []) if isinstance(asked[-1].value, dict) else []
    note = f"only {len(rows)} rows" if len(rows) < FEW_ROWS and query.statement.count("GROUP BY") else ""
    return answer({"statement": query.statement, "parameters": query.parameters, "note": note})


def written(question: str, tables: Mapping[str, list[str]]) -> Query:
    """Return the query that a question in plain words asks for."""
    shape = _SHAPE.fullmatch(" ".join(question.split()))
    if shape is None or len(tables) != 1:
        return Query(problem="the question cannot be understood")
    ((table, known),) = tables.items()
    fields = re.split(r", | and ", shape["fields"]) if shape["fields"] else []
    selected, groups = list(fields), list(fields)
    named = list(fields)
    for measure in shape["measures"].split(" and "):
        column, expression = _measure(measure)
        named += [column] if column else []
        selected.append(expression)
    where, parameters = list[str](), list[str]()
    for field, told, values in _conditions(shape["conditions"] or ""):
        named.append(field)
        where.append(told.format(*(f"${len(parameters) + place}" for place in range(1, len(values) + 1))))
        parameters += values
    if missing := [name for name in named if name not in known]:
        return Query(problem=f"{table} has no field {missing[0]}: it has {', '.join(known)}")
    parts = [f"SELECT {', '.join(selected)} FROM {table}"]
    parts += [f"WHERE {' AND '.join(where)}"] if where else []
    parts += [f"GROUP BY {', '.join(groups)} ORDER BY {', '.join(groups)}"] if groups else []
    return Query(" ".join(parts), parameters)


def _measure(measure: str) -> tuple[str, str]:
    """Return the field that is measured, none for rows, and the expression of it."""
    kind, _, field = measure.strip().partition(" ")
    match kind:
        case "number":
            return "", "count(*) AS rows"
        case "total":
            return field, f"round(sum({field}), 2) AS total_{field}"
        case "average":
            return field, f"round(avg({field}), 4) AS average_{field}"
        case _:
            return kind, f"max({kind}) AS {kind}_max"


def _conditions(text: str) -> Iterator[tuple[str, str, list[str]]]:
    """Yield each condition: its field, its form with places for its values, and the values."""
    for found in _CONDITION.finditer(text):
        field, verb = found["field"], found["verb"]
        if verb == "is missing":
            yield field, f"{field} IS NULL", []
        elif verb == "is":
            values = found["values"].split(" or ")
            yield field, f"{field} IN ({', '.join('{}' for _ in values)})", values
        else:
            yield field, f"{field} {_VERBS[verb]} {{}}", [found["values"]]


def _tables(came: Came) -> dict[str, list[str]]:
    found = came.value if isinstance(came.value, list) else []
    return {each["name"]: [column["name"] for column in each["columns"]] for each in found}


def _give_up(why: str) -> Answer:
    return answer({"statement": None, "note": " ".join(why.split())[:400]})
