"""A whole review in this process, and everything there is to see of it afterwards."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from holdfast.apps.review.assembly import report_of
from holdfast.apps.review.findings.model import Finding
from holdfast.apps.review.offline.mind import stand_in
from holdfast.apps.review.report.value import ReviewReport
from holdfast.integration.gateway.port import Model, ModelRequest
from holdfast.integration.gateway.transcript import Transcript, transcript_of
from holdfast.journal.events import Event
from holdfast.journal.fold.state import RunState
from holdfast.kernel.ids import PayloadId, RunId
from holdfast.runtime import Runtime

_TURN = re.compile(r"(?P<agent>.+)/turn\.\d+\Z")


@dataclass(frozen=True)
class Reviewed:
    """A review that ended, with its report, its journal, and what its models said."""

    report: ReviewReport
    value: Mapping[str, Any]
    state: RunState
    events: Sequence[Event]
    transcript: Transcript

    def findings(self, path: str) -> list[Finding]:
        """Return what was found in one file, ranked."""
        return [finding for finding in self.report.findings if finding.path == path]

    def finding(self, path: str, rule: str) -> Finding:
        """Return the one finding of a rule in a file."""
        (found,) = (finding for finding in self.findings(path) if finding.rule == rule)
        return found

    def turns(self) -> dict[str, list[list[str]]]:
        """Return the tools that each agent called, turn by turn, by the agent's path without the app's name."""
        turns: dict[str, list[list[str]]] = {}
        for entry in self.transcript.entries:
            agent = _TURN.match(entry.step)
            assert agent is not None
            name = agent["agent"].removeprefix("review/")
            turns.setdefault(name, []).append([call.tool for call in entry.reply.message.calls])
        return turns


async def review(
    folder: Path,
    *,
    diff: str | None = None,
    commits: str | None = None,
    models: Mapping[str, Model] | None = None,
    model: str | None = None,
    model_for: Mapping[str, str] | None = None,
    meanwhile: Callable[[Event], None] | None = None,
) -> Reviewed:
    """Review a folder, with a journal in memory. ``meanwhile`` is told every event as it happens."""
    async with Runtime.open("memory:", models=models) as runtime:
        given = {"path": str(folder), "diff": diff, "commits": commits}
        run = await runtime.start("review", given, model=model, models=model_for)
        async for entry in run.events():
            if meanwhile is not None:
                meanwhile(entry.event)
        value = await run.result()
        assert isinstance(value, dict)
        state = await run.state()
        events = [entry.event async for entry in run.events(follow=False)]
        return Reviewed(report_of(state, value), value, state, events, await transcribed(runtime, run.id))


async def transcribed(runtime: Runtime, run: RunId) -> Transcript:
    """Return what the models of a run said."""
    store = runtime._store

    async def fetch(identities: Sequence[PayloadId]) -> list[bytes]:
        found = await store.payloads(run, identities)
        return [found[identity] for identity in identities]

    return await transcript_of(await store.read(run), fetch)


async def everything_in_the_journal(runtime: Runtime, run: RunId) -> str:
    """Return all that a run has left behind, as text: events and payloads."""
    events = [entry.body for entry in await runtime._store.read(run)]
    named = sorted({name for body in events for name in re.findall(rb"[0-9a-f]{32}", body)})
    payloads = await runtime._store.payloads(run, [PayloadId(name.decode()) for name in named])
    return b"\n".join([*events, *payloads.values()]).decode("utf-8", "replace")


class Eavesdropping:
    """The stand-in under another name, which keeps every request it was asked."""

    def __init__(self, name: str = "overheard") -> None:
        self.name = name
        self.requests: list[ModelRequest] = []
        self._model = stand_in()

    def stream(self, request: ModelRequest) -> Any:
        """Answer as the stand-in does."""
        self.requests.append(request)
        return self._model.stream(request)


def finding_answer(**changed: object) -> dict[str, object]:
    """Return a finding as a model answers it."""
    return {
        "rule": "injection/shell-command",
        "title": "Shell command with a variable part",
        "severity": "high",
        "confidence": 0.8,
        "path": "app/server.py",
        "line": 1,
        "evidence": "import os",
        "message": "It can be changed by whoever calls it.",
        "cwe": "CWE-78",
        **changed,
    }


def handed_in(*findings: Mapping[str, object], **more: object) -> str:
    """Return a specialist's answer."""
    return json.dumps({"findings": list(findings), **more})
