"""What a child run is lent of its parent's budget, and what the parent pays for it in the end. Pure."""

from msgspec.structs import replace

from holdfast.execution.decide import run_account, share_accounts
from holdfast.governance.shares import carve, forbids_child
from holdfast.journal.fold.state import RunState
from holdfast.kernel.limits import Budget, Spend
from holdfast.kernel.outcomes import ErrorKind, Fault
from holdfast.orchestration.application.app import App
from holdfast.orchestration.flow.nodes import ChildNode, Node, ScriptNode, children
from holdfast.orchestration.flow.review import Review

BEGIN_FEWER = "begin fewer runs, or raise the limit that is named"
DECLARE_BUDGETS = "give each child node a budget of its own: one without takes all that is left"


def share_of(run: RunState, node: ChildNode, path: str, app: App, seconds_left: float | None) -> Budget | Fault:
    """Return the limits of a run of ``app`` that ``node`` begins at ``path``, or why it cannot be begun.

    Of the runs that may stand below, an app that can begin none takes only itself.
    """
    declared = node.budget or app.budget
    if run.budget.descendants is not None and not _begins_runs(app):
        declared = replace(declared, descendants=0)
    account = run_account(run)
    if refusal := forbids_child(account, len(run.children)):
        return Fault(ErrorKind.BUDGET, f"no run of {node.app} can be begun: {refusal}", hint=BEGIN_FEWER)
    for payer in (*share_accounts(path, run), account):
        share = carve(payer, declared, seconds_left)
        if isinstance(share, str):
            return Fault(ErrorKind.BUDGET, f"no run of {node.app} can be paid: {share}", hint=DECLARE_BUDGETS)
        declared = share
    return declared


def charged(spend: Spend, share: Budget) -> Spend:
    """Return what the parent pays for a child with that share, itself and the runs below it included.

    Calls asked for beyond the limit count in the child, and were never made.
    """
    calls = spend.tool_calls if share.tool_calls is None else min(spend.tool_calls, share.tool_calls)
    return replace(spend, tool_calls=calls, descendants=spend.descendants + 1)


def _begins_runs(app: App) -> bool:
    return any(_may_begin_runs(node) for node in (app.flow, *_reviewing(app.review)))


def _may_begin_runs(node: Node) -> bool:
    return isinstance(node, ChildNode | ScriptNode) or any(map(_may_begin_runs, children(node)))


def _reviewing(review: Review | None) -> tuple[Node, ...]:
    return () if review is None else tuple(review.nodes.values())
