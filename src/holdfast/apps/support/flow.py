"""The desk as a flow: take the message apart, see to each part in turn, put the answers together."""

from holdfast.apps.support.agents import PARTS_MAX
from holdfast.flow import AgentNode, Branch, Case, FunctionNode, Join, Map, Sequence
from holdfast.orchestration.flow.review import Review

_PART = "{'message': input.message, 'earlier': opening.earlier, 'request': item.request}"


def _when(kind: str, agent: str) -> Case:
    return Case(f"item.kind == '{kind}'", AgentNode(agent, agent, input=_PART))


PART = Branch(
    "part",
    cases=(
        _when("order", "orders"),
        _when("return", "returns"),
        _when("recommendation", "advisor"),
        _when("policy", "policies"),
    ),
    otherwise=FunctionNode("unclear", "nothing_to_do", input="{}"),
)

FLOW = Sequence(
    "support",
    steps=(
        FunctionNode("opening", "tell_earlier", input="{'earlier': input.earlier}"),
        AgentNode("sorted", "sorter", input="{'message': input.message, 'earlier': opening.earlier}"),
        Map(
            "answers",
            over="sorted.parts",
            do=PART,
            at_once_max=1,  # in the order that the customer asked for
            items_max=PARTS_MAX,
            join=Join.BEST_EFFORT,
        ),
        FunctionNode("reply", "put_together", input="{'parts': sorted.parts, 'answers': answers}"),
    ),
)

REVIEW = Review(
    check=FunctionNode("check", "find_unsupported", input="{'answer': result, 'message': input.message}"),
    revise=AgentNode("revise", "reviser", input="{'answer': result, 'unmet': unmet}"),
)
"""No answer states a number, a day or a code that stands neither in what was looked up nor in what was asked."""
