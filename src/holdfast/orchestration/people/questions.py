"""What a run asks of people, as one needs it to decide; and whether an answer can be given."""

from collections.abc import Sequence

import msgspec

from holdfast.governance.approvals import BY_DEADLINE
from holdfast.journal.fold.sagas import is_undoing
from holdfast.journal.fold.state import NodeState, QuestionState, RunState
from holdfast.journal.mail import Answer, decode_mail
from holdfast.journal.payloads import Payloads
from holdfast.kernel.errors import AlreadySettled, InputError

CHOICE_CHARACTERS_MAX = 1_000


class Choosable(msgspec.Struct, frozen=True):
    """One way to decide, and what is expected to come of it, if that is known."""

    name: str
    impact: str | None = None


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """A decision that a run waits for."""

    path: str
    number: int
    """Which question of the run it is: an answer that names it is never taken for one to another."""
    question: str
    goal: str | None
    """What is being tried."""
    details: object
    """The evidence, as JSON data."""
    options: tuple[Choosable, ...]
    """What can be chosen; none if the answer is free."""
    asked_at: float
    deadline: float | None
    default: str | None
    """What is chosen at the deadline; None: the node fails then."""


class _Asked(msgspec.Struct, frozen=True):
    question: str
    goal: str | None = None
    details: object = None
    impacts: dict[str, str] = {}


def open_questions(state: RunState) -> tuple[str, ...]:
    """Return where ``state`` waits for an answer, in the order of asking.

    Once the run is to end, only where something could not be undone.
    """
    if state.is_over:
        return ()
    if state.cancel_reason is None:
        return state.questions
    return tuple(path for path in state.questions if is_undoing(state, path))


async def questions_of(state: RunState, payloads: Payloads) -> list[Question]:
    """Return what ``state`` asks, in the order of asking."""
    return [await _question(state.nodes[path], payloads) for path in open_questions(state)]


def question_at(state: RunState, path: str) -> NodeState:
    """Return the node that asks at ``path``; a run's only one that does if that is empty.

    Raises AlreadySettled if it does not ask any more, InputError if it never has.
    """
    asking = open_questions(state)
    if not path and len(asking) == 1:
        path = asking[0]
    node = state.nodes.get(path)
    if node is not None and path in asking:
        return node
    if node is not None and node.question is not None:
        raise AlreadySettled(f"expected {path} to ask, found that {_why_not(node.question, state)}: {_told(asking)}")
    raise InputError(f"expected the path of a node that asks, found {path or 'none'!r}: {_told(asking)}")


def answer_to(
    node: NodeState, choice: str, value: object, by: str, note: str, *, number: int | None, now: float
) -> Answer:
    """Return the letter that answers what ``node`` asks.

    Raises AlreadySettled if it asks something else than ``number``, or its deadline has passed; InputError for a choice
    that is not offered, or a value that is no JSON data.
    """
    question = node.question
    assert question is not None, "a node that asks has a question"
    if number is not None and number != question.number:
        raise AlreadySettled(
            f"expected question {number} to be open at {node.path}, found question {question.number}: look at it again"
        )
    if question.deadline is not None and question.deadline <= now:
        then = "nobody is asked any more" if question.default is None else f"{question.default!r} is chosen"
        raise AlreadySettled(f"expected an answer before the deadline of {node.path}, found that it has passed: {then}")
    if by == BY_DEADLINE:
        raise InputError(f"expected the name of a person, found {by!r}: that is who decides where nobody does")
    body = None if value is None else _encoded(value)
    return Answer(
        path=node.path,
        number=question.number,
        choice=_checked(choice, question.options, has_value=value is not None),
        by=by,
        note=note,
        value=body,
    )


def told_answered(path: str, body: bytes) -> str:
    """Return who answered the question at ``path`` before, from the letter in ``body``."""
    mail = decode_mail(body)
    who = f": {mail.by} has chosen {mail.choice!r:.80}" if isinstance(mail, Answer) else ""
    return f"expected {path} to ask, found it answered before{who}"


def _checked(choice: str, options: Sequence[str], *, has_value: bool) -> str:
    if options and choice not in options:
        raise InputError(f"expected one of {', '.join(options)}, found {choice or 'none'!r:.80}")
    if not choice and not has_value:
        raise InputError("expected an answer, found none: give a choice, a value, or both")
    if len(choice) > CHOICE_CHARACTERS_MAX:
        raise InputError(
            f"expected a choice of at most {CHOICE_CHARACTERS_MAX:,} characters, found {len(choice):,}: "
            "give a long answer as the value"
        )
    return choice


def _encoded(value: object) -> bytes:
    try:
        return msgspec.json.encode(value)
    except (TypeError, ValueError) as error:
        raise InputError(f"expected the value as JSON data, found {value!r:.80}: {error}") from error


def _why_not(question: QuestionState, state: RunState) -> str:
    if question.choice is not None:
        return f"{question.by} has chosen {question.choice!r:.80} already"
    return "the run was cancelled" if state.cancel_reason is not None else "its branch has ended"


def _told(asking: Sequence[str]) -> str:
    return f"what asks is {', '.join(asking)}" if asking else "nothing of this run asks"


async def _question(node: NodeState, payloads: Payloads) -> Question:
    question = node.question
    assert question is not None, "a node that asks has a question"
    asked = msgspec.json.decode(await payloads.fetch(question.asked), type=_Asked)
    return Question(
        path=node.path,
        number=question.number,
        question=asked.question,
        goal=asked.goal,
        details=asked.details,
        options=tuple(Choosable(name, asked.impacts.get(name)) for name in question.options),
        asked_at=question.asked_at,
        deadline=question.deadline,
        default=question.default,
    )
