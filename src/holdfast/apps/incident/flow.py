"""The investigation as a flow: look side by side, suppose and refute until one cause is left, explain it or admit."""

from holdfast.flow import AgentNode, AtRoundsMax, Fallback, FunctionNode, Join, Loop, Parallel, Sequence

ROUNDS_MAX = 4
LOOK_SECONDS, ROUND_SECONDS, EXPLAIN_SECONDS = 600.0, 900.0, 600.0

_ROUND = "{'brief': brief, 'seen': seen, 'known': last if round > 1 else None}"

LOOK = Parallel(
    "seen",
    branches=tuple(
        AgentNode(name, name, input=f"{{'source': '{name}', 'brief': brief}}") for name in ("changes", "logs", "metrics")
    ),
    join=Join.BEST_EFFORT,
    branch_timeout_seconds=LOOK_SECONDS,
)
"""What one of them cannot tell the others may."""

ROUND = Sequence(
    "test",
    steps=(
        AgentNode("supposed", "theorist", input=_ROUND),
        AgentNode(
            "tested", "tester", input="{'brief': brief, 'seen': seen, 'hypotheses': supposed.hypotheses}"
        ),
        FunctionNode(
            "weighed",
            "weigh",
            input="{'known': last if round > 1 else None, 'supposed': supposed, 'tested': tested}",
        ),
    ),
)

EXPLAIN = Sequence(
    "found",
    steps=(
        FunctionNode("cause", "one_stands", input="{'known': known}"),
        AgentNode("explained", "explainer", input="{'brief': brief, 'seen': seen, 'known': known, 'cause': cause}"),
        FunctionNode("concluded", "conclude", input="{'explanation': explained, 'known': known}"),
    ),
    timeout_seconds=EXPLAIN_SECONDS,
)

FLOW = Sequence(
    "incident",
    steps=(
        FunctionNode("brief", "brief", input="{}"),
        LOOK,
        Loop(
            "known",
            do=ROUND,
            until="result.is_over",
            rounds_max=ROUNDS_MAX,
            at_rounds_max=AtRoundsMax.PARTIAL,
            round_timeout_seconds=ROUND_SECONDS,
        ),
        Fallback("ended", rungs=(EXPLAIN, FunctionNode("admitted", "admit", input="{'known': known}"))),
        FunctionNode("report", "hand_over", input="{'report': ended.value}"),
    ),
)
