"""Two calls for one reply: a second is sent beside a first that is silent, and whichever begins to answer is heard.

The rule: nobody hears of both. The first to say anything is the one, and the other is let go of at that moment; what
that one may have cost is told with the way, for it has to be paid.
"""

import asyncio

from msgspec.structs import replace

from holdfast.integration.gateway.port import ModelCallFailed, ModelRequest
from holdfast.integration.gateway.routing.caller import Caller
from holdfast.integration.gateway.routing.hedging import Hedging
from holdfast.integration.gateway.routing.passage import Ask, OnText, Passage
from holdfast.integration.gateway.routing.place import Place
from holdfast.integration.gateway.routing.route import Route
from holdfast.kernel.clock import LOOK_SECONDS_MAX, wait_until
from holdfast.kernel.messages import Reply
from holdfast.kernel.ways import Hedge, Way


class Race:
    """Makes one attempt of one call, at two places at once if need be. What both can take must have been reserved."""

    def __init__(
        self, route: Route, hedging: Hedging, request: ModelRequest, caller: Caller, ask: Ask, on_text: OnText
    ) -> None:
        self._route, self._hedging, self._clock = route, hedging, route.clock
        self._request, self._caller, self._ask, self._on_text = request, caller, ask, on_text
        self._changed = asyncio.Event()
        self._heard: _Runner | None = None
        self._after_seconds = 0.0

    async def reply(self) -> Reply:
        """Return the reply of the one that was heard. Raises ModelCallFailed once nobody is left who could answer."""
        try:
            async with asyncio.TaskGroup() as group:
                end = await self._run(group)
        except BaseExceptionGroup as failures:
            raise failures.exceptions[0] from failures
        if isinstance(end, ModelCallFailed):
            raise end
        return end

    async def _run(self, group: asyncio.TaskGroup) -> "_End":
        first = self._started(group, Passage(self._route, self._request, self._caller, self._ask, self._changed.set))
        silent_at = await self._silent_at(first)
        beside = () if silent_at is None else self._hedging.beside(silent_at, self._clock.now())
        places = tuple(each for each in beside if first.passage.fits(each))
        if not places or not self._route.retries.draws(self._clock.now()):
            await asyncio.wait((first.task,))
            return first.end
        self._after_seconds = round(self._clock.now() - first.passage.asked_since, 6)
        first.passage.goes_elsewhere = False
        second = Passage(self._route, self._request, self._caller, self._ask, beside=places)
        return await self._of_two(first, self._started(group, second))

    def _started(self, group: asyncio.TaskGroup, passage: Passage) -> "_Runner":
        runner = _Runner(passage)
        runner.task = group.create_task(self._answered(runner))
        return runner

    async def _answered(self, runner: "_Runner") -> None:
        def heard(text: str) -> None:
            if self._is_heard(runner):
                self._on_text(text)

        try:
            runner.reply = await runner.passage.reply(heard)
            self._is_heard(runner)
        except ModelCallFailed as failed:
            runner.failed = failed
        finally:
            runner.over_at = self._clock.now()
            self._changed.set()

    def _is_heard(self, runner: "_Runner") -> bool:
        """Whether it is the one that is heard, now that it has something to say: the first that has is."""
        if self._heard is None:
            self._heard = runner
            self._changed.set()
        return self._heard is runner

    async def _silent_at(self, first: "_Runner") -> Place | None:
        """Return where the first was silent for too long; None once it has begun to answer, or failed."""
        while self._heard is None and not first.is_over:
            self._changed.clear()
            place = first.passage.asked
            seconds = None if place is None else self._hedging.seconds_at(place)
            if seconds is None:
                await self._changed.wait()
                continue
            now, at = self._clock.now(), first.passage.asked_since + seconds
            if at <= now:
                return place
            await wait_until(min(at, now + LOOK_SECONDS_MAX), self._clock, self._changed)
        return None

    async def _of_two(self, first: "_Runner", second: "_Runner") -> "_End":
        while self._heard is None and not (first.is_over and second.is_over):
            if second.failed is not None:
                first.passage.goes_elsewhere = True
            self._changed.clear()
            await self._changed.wait()
        one = self._heard or _more_hopeful(first, second)
        other = second if one is first else first
        await self._let_go(other, is_first=other is first)
        await asyncio.wait((one.task,))
        hedge = self._hedge(other, is_first=other is first)
        match one.end:
            case ModelCallFailed() as failed:
                failed.way = _way(first, failed.way, hedge)
                return failed
            case reply:
                return replace(reply, way=_way(first, reply.way, hedge))

    async def _let_go(self, other: "_Runner", *, is_first: bool) -> None:
        if other.is_over:
            return
        other.passage.is_outrun = is_first
        other.task.cancel()
        await asyncio.wait((other.task,))

    def _hedge(self, other: "_Runner", *, is_first: bool) -> Hedge | None:
        """Return what is to be told of the one that was not heard; None if it was never sent."""
        place, failed = other.passage.asked, other.failed
        if place is None:
            return None
        return Hedge(
            place.account.terms.name,
            place.name,
            self._after_seconds,
            round(other.over_at - other.passage.asked_since, 6),
            is_first=is_first,
            kind=None if failed is None else failed.fault.kind,
            is_charged=failed is None or failed.may_be_billed,
        )


_End = Reply | ModelCallFailed


class _Runner:
    """One of the two."""

    __slots__ = ("failed", "over_at", "passage", "reply", "task")

    task: "asyncio.Task[None]"

    def __init__(self, passage: Passage) -> None:
        self.passage = passage
        self.reply: Reply | None = None
        self.failed: ModelCallFailed | None = None
        self.over_at = 0.0

    @property
    def is_over(self) -> bool:
        return self.reply is not None or self.failed is not None

    @property
    def end(self) -> _End:
        end = self.reply or self.failed
        assert end is not None, "it has come to its end"
        return end


def _way(first: _Runner, way: Way | None, hedge: Hedge | None) -> Way:
    """Return the way of the one that was heard; what both waited for, and was tried before, was the first's."""
    before = first.passage.way(None)
    return replace(way or before, waited_seconds=before.waited_seconds, tries=before.tries, hedge=hedge)


def _more_hopeful(first: _Runner, second: _Runner) -> _Runner:
    """Return whose failure is told where both failed: one that asking again may mend, the first's if they are alike."""
    assert first.failed is not None
    assert second.failed is not None
    return second if second.failed.fault.retryable and not first.failed.fault.retryable else first
