"""When a fan-out has ended, and how: the three ways to join branches. Pure."""

from collections.abc import Sequence

import msgspec

from holdfast.journal.fold.state import NodeState
from holdfast.kernel.outcomes import ErrorKind, Fault, Outcome
from holdfast.orchestration.flow.nodes import Join


class Verdict(msgspec.Struct, frozen=True):
    """How a fan-out ended."""

    outcome: Outcome
    fault: Fault | None = None


def settle(join: Join, quorum: int | None, branches: Sequence[NodeState | None]) -> Verdict | None:
    """Return how the fan-out over ``branches`` ended, None while it must go on. None stands for one not begun."""
    left = [branch for branch in branches if branch is not None and branch.outcome is not None]
    failed = [branch for branch in left if branch.outcome is not None and not branch.outcome.is_success]
    succeeded = len(left) - len(failed)
    match join:
        case Join.ALL:
            return _all(branches, left, failed)
        case Join.QUORUM:
            return _quorum(quorum or len(branches), len(branches), succeeded, failed)
        case Join.BEST_EFFORT:
            return _best_effort(branches, left, failed)


def because(branch: NodeState) -> Fault:
    """Return why a node failed because its child did: the child's own reason, with its name."""
    fault = fault_of(branch)
    name = branch.path.rpartition("/")[2]
    message = fault.message if fault.message.startswith(f"{name}: ") else f"{name}: {fault.message}"
    return Fault(fault.kind, message, fault.retryable, fault.hint)


def fault_of(branch: NodeState) -> Fault:
    """Return why a node did not succeed."""
    return branch.fault or Fault(ErrorKind.CHILD_FAILED, f"ended {branch.outcome}")


def _all(branches: Sequence[NodeState | None], left: list[NodeState], failed: list[NodeState]) -> Verdict | None:
    if failed:
        return Verdict(Outcome.FAILED, because(_first(failed)))
    if len(left) < len(branches):
        return None
    is_partial = any(branch.outcome is Outcome.PARTIAL for branch in left)
    return Verdict(Outcome.PARTIAL if is_partial else Outcome.SUCCEEDED)


def _quorum(wanted: int, count: int, succeeded: int, failed: list[NodeState]) -> Verdict | None:
    if succeeded >= wanted:
        return Verdict(Outcome.SUCCEEDED)
    if count - len(failed) >= wanted:
        return None
    reason = because(_first(failed)).message if failed else "there are too few branches"
    return Verdict(
        Outcome.FAILED,
        Fault(
            ErrorKind.CHILD_FAILED, f"expected {wanted} of {count} branches to succeed, {len(failed)} failed: {reason}"
        ),
    )


def _best_effort(
    branches: Sequence[NodeState | None], left: list[NodeState], failed: list[NodeState]
) -> Verdict | None:
    if len(left) < len(branches):
        return None
    if failed and len(failed) == len(branches):
        return Verdict(Outcome.FAILED, because(_first(failed)))
    is_partial = bool(failed) or any(branch.outcome is Outcome.PARTIAL for branch in left)
    return Verdict(Outcome.PARTIAL if is_partial else Outcome.SUCCEEDED)


def _first(branches: list[NodeState]) -> NodeState:
    return min(branches, key=lambda branch: branch.left_at)
