"""What a vote has come to: who agrees, whether that is enough, and who decides if not. Pure.

What the answers are compared by is in the journal, as payloads named by content: the same name is the same answer.
"""

from collections.abc import Sequence

from holdfast.journal.fold.state import NodeState, RunState
from holdfast.kernel import paths
from holdfast.kernel.ids import PayloadId
from holdfast.kernel.outcomes import ErrorKind, Fault, Outcome
from holdfast.orchestration.flow.nodes import Vote, VoteBy
from holdfast.orchestration.values.joins import because

VOTE_KIND = "vote"


def answers(voters: Sequence[NodeState]) -> list[NodeState]:
    """Return those of ``voters`` that have given an answer."""
    return [voter for voter in voters if voter.outcome in (Outcome.SUCCEEDED, Outcome.PARTIAL)]


def is_counted(vote: NodeState, voters: Sequence[NodeState]) -> bool:
    """Whether the answers were compared since the last of ``voters`` gave its own."""
    return vote.decided_at > max(voter.left_at for voter in voters)


def agreed(vote: NodeState) -> tuple[str, ...]:
    """Return the names of the voters who gave the answer that most of them gave; none if two answers have as many."""
    groups: dict[PayloadId, list[str]] = {}
    for name, answer in zip(vote.keys, vote.items, strict=True):
        groups.setdefault(answer, []).append(name)
    most = sorted(groups.values(), key=len)[-2:]
    if not most or (len(most) > 1 and len(most[0]) == len(most[1])):
        return ()
    return tuple(most[-1])


def is_enough(node: Vote, votes: int) -> bool:
    """Whether an answer with so many votes is that of the whole."""
    return votes >= (len(node.voters) // 2 + 1 if node.by is VoteBy.MAJORITY else node.quorum or 1)


def elected(run: RunState, vote: NodeState) -> Outcome:
    """Return how a vote ends that is decided: whole if one of those who agreed is."""
    winners = (run.nodes[paths.below(vote.path, name)] for name in agreed(vote))
    return Outcome.SUCCEEDED if any(each.outcome is Outcome.SUCCEEDED for each in winners) else Outcome.PARTIAL


def judged(judge: NodeState) -> tuple[Outcome, Fault | None]:
    """Return how a vote ends that the ``judge`` has decided, or has not."""
    assert judge.outcome is not None, "the judge has come to an end"
    if judge.outcome in (Outcome.SUCCEEDED, Outcome.PARTIAL):
        return judge.outcome, None
    return Outcome.FAILED, because(judge)


def undecided(node: Vote, vote: NodeState, voters: Sequence[NodeState]) -> tuple[Outcome, Fault]:
    """Return how a vote ends that nobody decides."""
    if not answers(voters):
        return Outcome.FAILED, because(min(voters, key=lambda voter: voter.left_at))
    wanted = f"more than half of {len(node.voters)}" if node.by is VoteBy.MAJORITY else f"{node.quorum}"
    groups: dict[PayloadId, list[str]] = {}
    for name, answer in zip(vote.keys, vote.items, strict=True):
        groups.setdefault(answer, []).append(name)
    found = " against ".join(" and ".join(names) for names in groups.values())
    return Outcome.FAILED, Fault(ErrorKind.CONFLICT, f"expected {wanted} voters to agree, found {found}")
