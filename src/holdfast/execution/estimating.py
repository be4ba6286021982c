"""How large a turn's request is thought to be: anchored on what the model reported last, learned from its reports."""

import msgspec

from holdfast.context.ratios import Ratio, Ratios
from holdfast.execution.offered import Offered
from holdfast.journal.fold.agent_state import AgentState
from holdfast.kernel.messages import Usage


class Estimate(msgspec.Struct, frozen=True):
    """The size of a request in tokens: what is reported already, and what is new with how far that may be off."""

    model: str
    anchor: int
    """What the model has reported of the request and reply before."""
    new: int
    """What the heuristic says of the rest."""
    ratio: Ratio
    opening: str = ""
    """The digest of the offer, where nothing was reported yet."""

    @property
    def tokens(self) -> int:
        """How many it is likely to be."""
        return self.anchor + self.ratio.expected(self.new)

    @property
    def tokens_high(self) -> int:
        """How many it is to be taken for where others wait for what is left."""
        return self.anchor + self.ratio.upper(self.new)


class Estimates:
    """Estimates the requests of one run, and learns from their replies for all runs that share ``ratios``."""

    __slots__ = ("_last", "_ratios")

    def __init__(self, ratios: Ratios) -> None:
        self._ratios = ratios
        self._last: dict[str, Estimate] = {}

    def of(self, path: str, model: str, offer: Offered, state: AgentState, added: int) -> Estimate:
        """Return the size of the next request of the agent at ``path``, to which ``added`` tokens are new.

        A call that is made again adds nothing: it is as large as it was.
        """
        again = self._last.get(path)
        if added == 0 and again is not None and again.model == model:
            return again
        opening = "" if state.prompt_tokens else offer.digest
        new = added if state.prompt_tokens else offer.tokens + added
        estimate = Estimate(model, state.prompt_tokens, new, self._ratios.of(model, opening), opening)
        if state.counted is not None or opening:
            self._last[path] = estimate
        return estimate

    def replied(self, path: str, usage: Usage) -> None:
        """Learn from what was reported of the last request of the agent at ``path``."""
        last = self._last.pop(path, None)
        if last is not None and usage.input_tokens:
            self._ratios.learn(last.model, last.new, usage.input_tokens - last.anchor, last.opening)

    def forget(self, path: str) -> None:
        """Keep nothing of an agent that has ended."""
        self._last.pop(path, None)
