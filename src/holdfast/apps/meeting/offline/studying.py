"""How an analyst goes about it: which study is his, what to ask next, which figures to look up, what to say."""

from collections.abc import Mapping

import msgspec

from holdfast.apps.meeting.offline.heard import Heard, answer, calls
from holdfast.apps.meeting.offline.studies import finance, incidents, shipping
from holdfast.apps.meeting.offline.studies.study import Figure, Known, Study, Table
from holdfast.integration.gateway.offline import Answer
from holdfast.integration.gateway.speech import Wanted

STUDIES: Mapping[str, Study] = {"ledger": finance.STUDY, "shipments": shipping.STUDY, "incidents": incidents.STUDY}
"""By the source that only this analyst can have read."""

_Key = tuple[str, tuple[object, ...]]


def ask(heard: Heard) -> Answer:
    """Ask for what the study needs next and has not been brought."""
    known = _known(heard)
    had = {table.question for table in known.tables}
    wanted = [each for each in _study(known).asks(known) if each[1] not in had]
    return answer({"wanted": [{"source": source, "question": question} for source, question in wanted]})


def conclude(heard: Heard) -> Answer:
    """Look up the figures of all that there is to say, then say it; what cannot be looked up is not said."""
    known = _known(heard)
    study = _study(known)
    claims = study.claims(known)
    found: dict[_Key, object] = {}
    for came in heard.of("query_sql"):
        parameters = came.arguments.get("parameters", [])
        key = (str(came.arguments["statement"]), tuple(parameters if isinstance(parameters, list) else ()))
        found[key] = None if came.is_error else _only(came.value)
    wanted = dict.fromkeys((each.statement, each.parameters) for claim in claims for each in claim.figures)
    if missing := [key for key in wanted if key not in found]:
        return calls(*(Wanted("query_sql", {"statement": key[0], "parameters": list(key[1])}) for key in missing))
    points = []
    for claim in claims:
        values = {each.key: found[each.statement, each.parameters] for each in claim.figures}
        if None not in values.values():
            shown = {key: _shown(value) for key, value in values.items()}
            figures = [_figure(each, values[each.key]) for each in claim.figures]
            points.append({"text": claim.text.format_map(shown), "figures": figures})
    charts = [msgspec.to_builtins(plot) for plot in study.plots(known)]
    return answer({"points": points, "charts": charts})


def _known(heard: Heard) -> Known:
    told, tables = heard.data("The day, and what the sources hold"), heard.data("What was collected so far")
    assert isinstance(told, dict)
    assert isinstance(tables, list)
    sources = tuple(str(each["source"]) for each in told["sources"])
    return Known(str(told["as_of"]), sources, tuple(msgspec.convert(table, Table) for table in tables))


def _study(known: Known) -> Study:
    return next(study for source, study in STUDIES.items() if source in known.sources)


def _figure(figure: Figure, value: object) -> dict[str, object]:
    return {
        "name": figure.name,
        "value": value,
        "unit": figure.unit,
        "statement": figure.statement,
        "parameters": figure.parameters,
    }


def _only(value: object) -> object:
    rows = value.get("rows") if isinstance(value, dict) else None
    return rows[0][0] if isinstance(rows, list) and rows else None


def _shown(value: object) -> str:
    return f"{value:,}" if isinstance(value, int | float) else str(value)
