"""How questions to people evolve."""

from msgspec.structs import replace

from holdfast.journal.events import QuestionAnswered, QuestionAsked
from holdfast.journal.fold.nodes import entered, with_node
from holdfast.journal.fold.state import QuestionState, RunState


def question_asked(state: RunState, event: QuestionAsked, at: float, version: int) -> RunState:
    question = QuestionState(event.number, event.asked, at, event.options, event.deadline, event.default)
    state = with_node(state, replace(entered(state, event.node), question=question), version)
    return replace(state, questions=(*state.questions, event.node), asked=max(state.asked, event.number))


def question_answered(state: RunState, event: QuestionAnswered, _at: float, version: int) -> RunState:
    node = entered(state, event.node)
    if node.question is None or node.question.number != event.number:
        return replace(state, version=version)  # an answer to what is not asked any more decides nothing
    answered = replace(node.question, choice=event.choice, by=event.by, note=event.note, value=event.value)
    state = with_node(state, replace(node, question=answered), version)
    return replace(state, questions=tuple(path for path in state.questions if path != event.node))
