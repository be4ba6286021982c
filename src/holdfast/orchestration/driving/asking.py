"""What a node waits for, evaluated when it is entered: the instant of a wait, what a decision asks of a person."""

import math
from datetime import datetime

from holdfast.journal.events import QuestionAsked
from holdfast.journal.recorder import Recorder
from holdfast.kernel.errors import ExpressionError
from holdfast.orchestration.flow.check_waits import unusable_options
from holdfast.orchestration.flow.nodes import DecisionNode, WaitNode
from holdfast.orchestration.flow.planned import plan_around
from holdfast.orchestration.planning.offering import offering
from holdfast.orchestration.values.values import Values

INSTANT_MAX = 253_402_300_799.0
"""The last second of the year 9999: what lies beyond is no instant that anybody means."""


async def waking(node: WaitNode, path: str, values: Values, now: float) -> float:
    """Return the instant until which ``node`` waits. Raises ExpressionError for a value that is no instant."""
    if node.until is None:
        return _after(now, node.seconds or 0.0)
    return _instant(await values.evaluate(node.until, path), f"{path}: expected {node.until!r} to be an instant")


async def asking(node: DecisionNode, path: str, values: Values, recorder: Recorder, now: float) -> QuestionAsked:
    """Return the event that asks what ``node`` asks. Raises ExpressionError for a question that is no text."""
    deadline = None if node.deadline_seconds is None else _after(now, node.deadline_seconds)
    plan = plan_around(recorder.state, path)
    if plan is not None:
        return await offering(node, plan, path, recorder, deadline)
    impacts = {
        option.name: await _text(option.impact, path, values) for option in node.offered if option.impact is not None
    }
    asked = {
        "question": await _text(node.question, path, values),
        "goal": None if node.goal is None else await _text(node.goal, path, values),
        "details": None if node.details is None else await values.evaluate(node.details, path),
        "impacts": impacts,
    }
    options = await _options(node, path, values)
    return QuestionAsked(
        node=path,
        number=recorder.state.asked + 1,  # only now: another may have asked meanwhile
        asked=recorder.payloads.keep_json(asked),
        options=options,
        deadline=deadline,
        default=node.at_deadline,
    )


async def _options(node: DecisionNode, path: str, values: Values) -> tuple[str, ...]:
    if node.choices is None:
        return tuple(option.name for option in node.offered)
    found = await values.evaluate(node.choices, path)
    names = [each for each in found if isinstance(each, str)] if isinstance(found, list) else None
    if not isinstance(found, list) or names is None or len(names) < len(found):
        raise ExpressionError(f"{path}: expected {node.choices!r} to be a list of texts, found {found!r:.80}")
    if wrong := unusable_options(names):
        raise ExpressionError(f"{path}: {wrong}")
    return tuple(names)


async def _text(expression: str, path: str, values: Values) -> str:
    found = await values.evaluate(expression, path)
    if not isinstance(found, str):
        raise ExpressionError(f"{path}: expected {expression!r} to be a text, found {type(found).__name__}: use str(…)")
    return found


def _after(now: float, seconds: float) -> float:
    return min(now + seconds, INSTANT_MAX)


def _instant(found: object, expected: str) -> float:
    match found:
        case bool():
            pass
        case int() | float() if 0 <= found <= INSTANT_MAX and math.isfinite(found):
            return float(found)
        case int() | float():
            raise ExpressionError(
                f"{expected} from 1970 to 9999, found {found}: give seconds since 1970, not milliseconds"
            )
        case str():
            return _read(found, expected)
        case _:
            pass
    raise ExpressionError(f"{expected}, found {type(found).__name__}: give seconds since 1970, or an ISO 8601 text")


def _read(text: str, expected: str) -> float:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ExpressionError(f"{expected}, found {text!r:.60}: write it as in '2026-11-20T09:00:00+01:00'") from None
    if found.tzinfo is None:
        raise ExpressionError(f"{expected}, found {text!r:.60} without a zone: end it with Z or an offset as +01:00")
    return max(0.0, found.timestamp())
