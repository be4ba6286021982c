"""What a vote wants under way: its voters, then the count, then perhaps its judge. Pure."""

from collections.abc import Iterable

from holdfast.execution.actions import Action, Evaluate
from holdfast.journal.fold.state import NodeState
from holdfast.kernel import paths
from holdfast.orchestration.flow.nodes import Vote, VoteBy
from holdfast.orchestration.values import votes
from holdfast.orchestration.walk.port import Walk, leave


def vote(walk: Walk, node: Vote, state: NodeState) -> Iterable[Action]:
    """What the voters want; once all have ended, the count, and the judge where there is need of one."""
    bodies = [(voter, paths.below(state.path, voter.name)) for voter in node.voters]
    found = [walk.run.nodes.get(path) for _, path in bodies]
    voters = [voter for voter in found if voter is not None and voter.outcome is not None]
    if len(voters) < len(bodies):
        begun = zip(bodies, found, strict=True)
        waited = [body for body, voter in begun if voter is None or voter.outcome is None]
        limit = node.voter_timeout_seconds
        return [
            action
            for voter, path in waited[: node.at_once_max]
            for action in walk.node(voter, path, Evaluate(path, limit))
        ]
    if node.by is not VoteBy.JUDGE and not votes.is_counted(state, voters):
        return (Evaluate(state.path),)
    if node.by is not VoteBy.JUDGE and votes.is_enough(node, len(votes.agreed(state))):
        return (leave(walk.run, state, votes.elected(walk.run, state)),)
    if node.judge is None or not votes.answers(voters):
        return (leave(walk.run, state, *votes.undecided(node, state, voters)),)
    path = paths.below(state.path, node.judge.name)
    judge = walk.run.nodes.get(path)
    if judge is None or judge.outcome is None:
        return walk.node(node.judge, path)
    return (leave(walk.run, state, *votes.judged(judge)),)
