"""Whether a vote can be decided by what it says decides it. Pure; raises DefinitionError."""

from holdfast.kernel.errors import DefinitionError
from holdfast.orchestration.flow.nodes import Vote, VoteBy


def check_vote(node: Vote, path: str) -> None:
    """Raise DefinitionError for what is missing at ``path``, or stands there for nothing."""
    count = len(node.voters)
    if not count:
        raise DefinitionError(f"{path}: expected at least one voter, found none")
    if node.by is VoteBy.JUDGE and node.judge is None:
        raise DefinitionError(f"{path}: expected a judge, who is to decide, found none")
    if (node.by is VoteBy.QUORUM) != (node.quorum is not None):
        raise DefinitionError(f"{path}: expected a quorum with by=VoteBy.QUORUM only, found {node.quorum} by {node.by}")
    if node.quorum is not None and not 1 <= node.quorum <= count:
        raise DefinitionError(f"{path}: expected a quorum from 1 to {count}, found {node.quorum}")
