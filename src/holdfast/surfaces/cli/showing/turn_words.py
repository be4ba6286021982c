"""What became of a model call of an agent, in words. Pure."""

from holdfast.journal.events import (
    LoopSuspected,
    ModelCalled,
    ModelFailed,
    ModelInterrupted,
    ModelOutrun,
    ModelReconciled,
    ModelReplied,
)
from holdfast.kernel.limits import Spend
from holdfast.kernel.messages import Usage
from holdfast.observability.usage import figures
from holdfast.surfaces.cli.showing.circles import circle_words
from holdfast.surfaces.cli.showing.way_words import way_words
from holdfast.surfaces.cli.showing.wording import because, call_tokens, cost, counted, duration, money, tokens

OfTurn = ModelCalled | ModelReplied | ModelFailed | ModelOutrun | ModelInterrupted | ModelReconciled | LoopSuspected


def turn_words(event: OfTurn) -> str:
    """Return what happened in the turn."""
    match event:
        case ModelCalled():
            again = f", attempt {event.attempt}" if event.attempt > 1 else ""
            return (
                f"asks {event.model} ({counted(event.messages, 'message')}, about {tokens(event.tokens)} tokens{again})"
            )
        case ModelReplied():
            first = f", first token {duration(event.first_token_seconds)}" if event.first_token_seconds else ""
            took = f"{duration(event.seconds)}{first}"
            told = (_said(event), event.model, _figures(event.usage), took, *way_words(event.way))
            return " · ".join(each for each in told if each)
        case ModelFailed():
            then = "tried again" if event.retry_at is not None else "given up"
            charged = (_charged(event.cost_usd),) if event.is_charged else ()
            failed = f"model call failed{because(event.fault)} ({then})"
            return " · ".join((failed, duration(event.seconds), *charged, *way_words(event.way)))
        case ModelOutrun():
            told = (f"{event.place} by {event.account} was outrun, its reply not heard", duration(event.seconds))
            return " · ".join((*told, _charged(event.cost_usd)))
        case ModelInterrupted(is_charged=False):
            return f"model call cut off ({event.why}) before it was sent: nothing is charged"
        case ModelInterrupted():
            return f"model call cut off ({event.why}), its reply was never seen · {_charged(event.cost_usd)}"
        case ModelReconciled():
            note = f" ({event.note})" if event.note else ""
            return f"{event.by} has looked up attempt {event.attempt}: {_figures(event.usage)}{note}"
        case LoopSuspected():
            return _suspected(event)


def _suspected(event: LoopSuspected) -> str:
    then = "the agent is stopped" if event.is_final else "the model is told"
    return f"goes in circles, {circle_words(event.circle, event.tools, event.count)} ({then})"


def _said(event: ModelReplied) -> str:
    if event.defect is not None:
        return f"reply cannot be used: {event.defect.message}"
    if event.calls:
        return f"calls {', '.join(call.tool for call in event.calls)}"
    return "answers" if event.answer is not None else f"stops ({event.stop})"


def _figures(usage: Usage) -> str:
    spend = Spend(
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cached_tokens=usage.cached_tokens,
        usd=usage.cost_usd or 0.0,
        calls_of_unknown_cost=int(usage.cost_usd is None),
    )
    told = figures(spend)
    return f"{call_tokens(told)} · {cost(told)}"


def _charged(cost_usd: float | None) -> str:
    """Return what a call is charged whose reply nobody has seen."""
    return f"charged with {'an unknown cost' if cost_usd is None else money(cost_usd)}"
