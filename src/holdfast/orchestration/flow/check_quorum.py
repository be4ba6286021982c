"""Whether what is counted can come to an end: the joins of fan-outs, and votes. Pure; raises DefinitionError."""

from holdfast.kernel.errors import DefinitionError
from holdfast.orchestration.flow.nodes import Join, Map, Parallel, Vote, VoteBy


def check_join(node: Parallel | Map, path: str) -> None:
    """Raise DefinitionError, naming ``path``, unless the fan-out has a quorum if and only if it is joined by one."""
    match node:
        case Parallel(join=Join.QUORUM, branches=branches, quorum=quorum):
            if quorum is None or not 1 <= quorum <= len(branches):
                raise DefinitionError(f"{path}: expected a quorum from 1 to {len(branches)}, found {quorum}")
        case Map(join=Join.QUORUM, quorum=quorum):
            if quorum is None or quorum < 1:
                raise DefinitionError(f"{path}: expected a quorum of at least 1, found {quorum}")
        case _ if node.quorum is not None:
            raise DefinitionError(f"{path}: expected join=Join.QUORUM beside a quorum, found join={node.join.value!r}")
        case _:
            pass


def check_vote(node: Vote, path: str) -> None:
    """Raise DefinitionError, naming ``path``, unless the vote can be decided."""
    count = len(node.voters)
    if not count:
        raise DefinitionError(f"{path}: expected at least one voter, found none")
    if node.by is VoteBy.JUDGE and node.judge is None:
        raise DefinitionError(f"{path}: expected a judge, who is to decide, found none")
    if (node.by is VoteBy.QUORUM) != (node.quorum is not None):
        raise DefinitionError(f"{path}: expected a quorum with by=VoteBy.QUORUM only, found {node.quorum} by {node.by}")
    if node.quorum is not None and not 1 <= node.quorum <= count:
        raise DefinitionError(f"{path}: expected a quorum from 1 to {count}, found {node.quorum}")
