"""The review as a flow: take stock, specialists in parallel, settle, trace what is critical, conclude."""

from holdfast.apps.review.scope import SCOPES_MAX
from holdfast.flow import AgentNode, Branch, Case, FunctionNode, Join, Map, Parallel, Sequence

SCOPES_AT_ONCE_MAX = 2
SPECIALIST_SECONDS = 1_800.0


def _over_scopes(name: str) -> Map:
    """One agent of this speciality for each scope that it can read."""
    scan = AgentNode("scan", name, input="{'scope': item, 'project': stock.project}")
    return Map(
        name,
        over=f"stock.scopes.{name}",
        do=scan,
        key="item.key",
        at_once_max=SCOPES_AT_ONCE_MAX,
        items_max=SCOPES_MAX,
        join=Join.BEST_EFFORT,
        item_timeout_seconds=SPECIALIST_SECONDS,
    )


def _over_everything(name: str) -> AgentNode:
    """One agent of this speciality for the whole repository: what it looks for cannot be seen in a part."""
    return AgentNode(
        name, name, input="{'scope': stock.whole, 'project': stock.project}", timeout_seconds=SPECIALIST_SECONDS
    )


SPECIALISTS = Parallel(
    "specialists",
    branches=(
        _over_scopes("secrets"),
        _over_scopes("injection"),
        _over_scopes("authentication"),
        _over_scopes("data"),
        _over_scopes("complexity"),
        _over_everything("dependencies"),
        _over_everything("tests"),
    ),
    join=Join.BEST_EFFORT,
)

ESCALATE = Branch(
    "escalate",
    cases=(
        Case(
            "len(settled.critical) > 0",
            Map(
                "trace",
                over="settled.critical",
                do=AgentNode("judge", "tracer", input="{'finding': item.finding}"),
                key="item.key",
                at_once_max=SCOPES_AT_ONCE_MAX,
                join=Join.BEST_EFFORT,
                item_timeout_seconds=SPECIALIST_SECONDS,
            ),
        ),
    ),
)

FINISH = Parallel(
    "finish",
    branches=(
        ESCALATE,
        FunctionNode("remarks", "collect_remarks", input="{'stock': stock, 'settled': settled}"),
    ),
    join=Join.BEST_EFFORT,
)
"""Where no trace succeeds the findings stand as the specialists left them, and the report is partial."""

FLOW = Sequence(
    "review",
    steps=(
        FunctionNode("stock", "take_stock"),
        SPECIALISTS,
        FunctionNode("settled", "settle_findings", input="{'answers': specialists}"),
        FINISH,
        FunctionNode(
            "report", "conclude", input="{'settled': settled, 'verdicts': finish.escalate, 'remarks': finish.remarks}"
        ),
    ),
)
