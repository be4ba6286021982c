"""A whole review with the stand-in, and again with nothing but the transcript of what it said."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from holdfast.apps.review.application import app
from holdfast.integration.gateway.recorded import RecordedModel
from holdfast.integration.gateway.transcript import Transcript, transcript_of
from holdfast.kernel.ids import PayloadId, RunId
from holdfast.runtime import Runtime

FILES = {
    "shop/store.py": 'def find(db, name):\n    return db.execute("select * from goods where id = " + name)\n',
    "shop/web.py": (
        "from flask import Flask, request\n\nfrom shop.store import find\n\napp = Flask(__name__)\n\n\n"
        '@app.get("/goods")\ndef goods():\n    wanted = request.args["name"]\n    return find(connect(), wanted)\n'
    ),
}


async def reviewed(runtime: Runtime, folder: Path, **models: Any) -> tuple[RunId, Any]:
    run = await runtime.start(app, {"path": str(folder)}, **models)
    return run.id, await run.result()


async def transcribed(runtime: Runtime, run: RunId) -> Transcript:
    async def fetch(identities: Sequence[PayloadId]) -> list[bytes]:
        found = await runtime._store.payloads(run, identities)
        return [found[identity] for identity in identities]

    return await transcript_of(await runtime._store.read(run), fetch)


async def test_a_transcript_in_its_place_gives_the_same_review(tmp_path: Path) -> None:
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    async with Runtime.open("memory:") as runtime:
        run, report = await reviewed(runtime, tmp_path)
        transcript = await transcribed(runtime, run)
    critical = [finding for finding in report["findings"] if finding["severity"] == "critical"]
    assert [(finding["path"], finding["line"]) for finding in critical] == [("shop/store.py", 2)]
    assert critical[0]["trace"]["verdict"] == "confirmed"
    recorded = RecordedModel(transcript, name="recorded")
    async with Runtime.open("memory:", models={"recorded": recorded}) as runtime:
        _, again = await reviewed(runtime, tmp_path, model="recorded")
    assert again == report
