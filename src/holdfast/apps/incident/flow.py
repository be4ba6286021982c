"""The investigation as a flow: look side by side, suppose and refute until one cause is left, explain it or admit."""

from holdfast.flow import AgentNode, AtRoundsMax, Fallback, FunctionNode, Join, Loop, Parallel, Sequence

ROUNDS_MAX = 5
LOOK_SECONDS, ROUND_SECONDS, EXPLAIN_SECONDS = 600.0, 900.0, 600.0

_SOURCES = ("changes", "logs", "metrics")
_LAST = "last.value if round > 1 else None"

LOOK = Parallel(
    "seen",
    branches=tuple(AgentNode(name, name, input=f"{{'source': '{name}', 'brief': brief}}") for name in _SOURCES),
    join=Join.BEST_EFFORT,
    branch_timeout_seconds=LOOK_SECONDS,
)
"""What one of them cannot tell the others may."""

ROUND = Sequence(
    "test",
    steps=(
        AgentNode("supposed", "theorist", input=f"{{'brief': brief, 'seen': seen, 'known': {_LAST}}}"),
        AgentNode("tested", "tester", input="{'brief': brief, 'seen': seen, 'hypotheses': supposed.hypotheses}"),
        FunctionNode(
            "weighed",
            "weigh",
            input=f"{{'known': {_LAST}, 'supposed': supposed, 'tested': tested}}",
        ),
    ),
)

ROUNDS = Loop(
    "rounds",
    do=Fallback("held", rungs=(ROUND, FunctionNode("broken_off", "break_off", input=f"{{'known': {_LAST}}}"))),
    until="result.value.is_over",
    rounds_max=ROUNDS_MAX,
    at_rounds_max=AtRoundsMax.PARTIAL,
    round_timeout_seconds=ROUND_SECONDS,
)
"""A round that fails ends the search: what was known before it still is."""

EXPLAIN = Sequence(
    "found",
    steps=(
        FunctionNode("cause", "one_stands", input="{'known': rounds.value}"),
        AgentNode("explained", "explainer", input="{'brief': brief, 'seen': seen, 'cause': cause}"),
        FunctionNode("concluded", "conclude", input="{'explanation': explained, 'known': rounds.value}"),
    ),
    timeout_seconds=EXPLAIN_SECONDS,
)

FLOW = Sequence(
    "incident",
    steps=(
        FunctionNode("brief", "brief", input="{}"),
        LOOK,
        ROUNDS,
        Fallback("ended", rungs=(EXPLAIN, FunctionNode("admitted", "admit", input="{'known': rounds.value}"))),
        FunctionNode("report", "hand_over", input="{'report': ended.value}"),
    ),
)
