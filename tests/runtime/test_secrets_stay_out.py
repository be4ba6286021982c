"""A planted secret is looked for, in every encoding, wherever anything of a run can be seen: it is nowhere."""

import asyncio
import contextlib
import io
import logging
import signal
import subprocess
import sys
import traceback
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from holdfast import App
from holdfast.integration.gateway.lines import Line, answer, call, calls
from holdfast.integration.gateway.scripted import ScriptedModel
from holdfast.integration.secrets.book import Secrets
from holdfast.journal.archive_file import write_archive
from holdfast.journal.events import StepEnded
from holdfast.journal.live import Hint
from holdfast.journal.sealing.keeping import SealingStore
from holdfast.journal.stores.memory import MemoryStore
from holdfast.journal.stores.sqlite import SqliteStore
from holdfast.kernel.outcomes import ErrorKind, Outcome, Settlement
from holdfast.observability.projection import project
from holdfast.orchestration.past.cutting import BeforeTurn
from holdfast.orchestration.run.handle import Run
from holdfast.runtime import Runtime
from holdfast.runtime.secrets.troubles import without_secrets
from holdfast.surfaces.cli.main import main
from tests.runtime.leaky import CANARY, DESK, FOUND, STEP, at_hand, encodings, patient, traces, vault
from tests.runtime.stage import Stage, Troubles, events_of, of_kind

SECRETS = [b"c4n4ry", *traces(CANARY), *traces(FOUND)]
PROCESS_SECONDS_MAX = 60
COMMANDS = (("show", "--all"), ("show", "--json"), ("trace",), ("trace", "--json"), ("tail", "--no-follow"))


def spilt(seen: bytes) -> list[bytes]:
    """Return which of the secrets stand in what was seen."""
    return [secret for secret in SECRETS if secret in seen]


def files_of(folder: Path) -> bytes:
    """Return the bytes of the store's files, its log included; the keys lie apart."""
    return b"".join(file.read_bytes() for file in sorted(folder.iterdir()) if not file.name.endswith(".keys"))


async def recorded(store: SealingStore, run: Run) -> bytes:
    """Return all that the journal holds of a run, and what is made of it."""
    entries = [entry async for entry in run.events(follow=False)]
    archive = await store.archive(run.id)
    pieces = [msgspec.json.encode(entry.event) for entry in entries]
    pieces += [msgspec.json.encode(project(entries).spans), repr(await run.state()).encode()]
    pieces += [msgspec.json.encode((await run.transcript()).entries), msgspec.msgpack.encode(archive)]
    return b"\n".join((*pieces, *(each.body for each in archive.payloads)))


async def heard(run: Run, hints: list[str]) -> None:
    """Listen to what the model says while it says it."""
    hints.extend([each.text async for each in run.progress() if isinstance(each, Hint)])


def a_store(kind: str, stage: Stage, folder: Path) -> MemoryStore | SqliteStore:
    return stage.store() if kind == "memory" else SqliteStore(folder / "runs.db", stage.clock, drives=False)


both_stores = pytest.mark.parametrize("kind", ["memory", "sqlite"])
HOWS = ["definitely", "by surprise", "at length", "with a result", "too late"]


@both_stores
@pytest.mark.parametrize(
    "lines",
    [
        [calls(*(call("tell", {"how": how}) for how in encodings(CANARY))), answer("told")],
        [calls(*(call("fail", {"how": how}) for how in HOWS)), answer("failed")],
        [call("describe"), call("use", {"secret": "[secret:aws-key-1]"}), answer("used")],
        [call("tell", {"how": CANARY}), call("nothing", {CANARY: [CANARY]}), call(CANARY), answer(f"I know {CANARY}")],
        [call(f"unknown{CANARY}", {"x": 1}), *(answer(f"{'x' * 40}{CANARY}") for _ in range(2)), answer("3")],
        [call("use", {"secret": CANARY}), call("use", {"secret": "[secret:canary]"}), answer(CANARY)],
    ],
    ids=["results", "failures", "found", "said by the model", "of another type", "handed in"],
)
async def test_it_is_nowhere_after_a_run(
    kind: str, lines: Sequence[Line], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    stage, model = Stage(), ScriptedModel(list(lines))
    hints: list[str] = []
    caplog.set_level(logging.DEBUG)
    async with stage.runtime(model, store=a_store(kind, stage, tmp_path), secrets=[at_hand()]) as runtime:
        agent = replace(DESK, output=int) if lines[-1] == answer("3") else DESK
        run = await runtime.start(agent, f"my password is {CANARY}", session="s")
        watching = asyncio.create_task(heard(run, hints))
        await stage.ended(run)
        await asyncio.wait((watching,), timeout=1)
        watching.cancel()
        seen = await recorded(runtime.upkeep, run)
        on_disk = files_of(tmp_path) if kind == "sqlite" else repr(vars(stage.disk)).encode()
    sent = "".join(str(request.messages) for request in model.requests)
    for place in (seen, on_disk, sent.encode(), "".join(hints).encode(), caplog.text.encode()):
        assert not spilt(place)
    assert b"[secret:canary]" in seen
    assert stage.troubles.heard == []


@both_stores
async def test_a_secret_that_a_result_held_is_handed_only_to_who_takes_one(kind: str, tmp_path: Path) -> None:
    stage = Stage()
    lines = [
        call("describe"),
        calls(call("use", {"secret": "[secret:aws-key-1]"}), call("tell", {"how": "[secret:aws-key-1]"})),
        calls(call("use", {"secret": "[secret:canary]"}), call("use", {"secret": "[secret:aws-key-9]"})),
        answer("done"),
    ]
    async with stage.runtime(lines, store=a_store(kind, stage, tmp_path), secrets=[at_hand()]) as runtime:
        run = await runtime.start(DESK, "go")
        assert await stage.result(run) == "done"
        ended = of_kind(await events_of(run), StepEnded)
    assert [each.name for each in ended if each.outcome is Outcome.SUCCEEDED] == ["describe", "use"]
    for refused in [each for each in ended if each.outcome is not Outcome.SUCCEEDED]:
        assert (refused.outcome, refused.stage) == (Outcome.REFUSED, "credentials")
        assert refused.fault is not None
        assert refused.fault.kind is ErrorKind.WITHHELD


async def test_an_effect_in_doubt_and_the_word_of_a_person_tell_nothing(tmp_path: Path) -> None:
    stage = Stage()
    async with stage.runtime(
        [call("lose"), answer("well")], store=a_store("sqlite", stage, tmp_path), secrets=[vault()]
    ) as runtime:
        run = await runtime.start(DESK, "go")
        await stage.ended(run)
        (doubt,) = await run.doubts()
        word = f"it was sent with {CANARY}"
        await run.settle(doubt.path, Settlement.HAPPENED, by="ada", note=word, result=word)
        assert await stage.result(run) == "well"
        assert not spilt(await recorded(runtime.upkeep, run))
        assert not spilt(files_of(tmp_path))


async def test_a_node_that_is_a_tool_passes_on_references(tmp_path: Path) -> None:
    stage = Stage()
    async with stage.runtime(store=a_store("sqlite", stage, tmp_path), secrets=[at_hand()]) as runtime:
        run = await runtime.start(STEP, "")
        result = await stage.result(run)
        assert not spilt(await recorded(runtime.upkeep, run))
    assert result == {
        "password": "[secret:canary]",
        "[secret:canary]": ["[secret:canary]"],
        "key": "[secret:aws-key-1]",
    }
    assert not spilt(files_of(tmp_path))


async def test_a_fork_and_an_archive_tell_nothing(tmp_path: Path) -> None:
    stage = Stage()
    lines = [call("tell", {"how": "hex"}), call("describe"), answer("done")]
    async with stage.runtime(lines, store=a_store("sqlite", stage, tmp_path), secrets=[at_hand()]) as runtime:
        run = await runtime.start(DESK, "go")
        await stage.result(run)
        fork = await runtime.fork(run, at=BeforeTurn(3), note=f"with {CANARY}")
        await stage.ended(fork)
        assert not spilt(await recorded(runtime.upkeep, fork))
        write_archive(await runtime.upkeep.archive(run.id), tmp_path / "run.holdfast", "0")
    assert not spilt(files_of(tmp_path))


async def test_resources_that_do_not_open_are_told_of_without_it() -> None:
    def broken(_: object) -> contextlib.AbstractAsyncContextManager[dict[type, object]]:
        raise RuntimeError(f"cannot open with {CANARY!r}")

    stage = Stage()
    app = App("step", STEP.flow, functions=STEP.functions, resources=broken)
    async with stage.runtime(secrets=[at_hand()], apps=[app]) as runtime:
        run = await runtime.start(app, "")
        await stage.ended(run)
        seen = await recorded(runtime.upkeep, run)
    assert not spilt(seen)
    assert b"cannot open with '[secret:canary]'" in seen


def test_a_driver_that_breaks_is_told_of_without_it(caplog: pytest.LogCaptureFixture) -> None:
    troubles, secrets = Troubles(), Secrets([at_hand()])
    try:
        try:
            raise ValueError(f"password {CANARY}", {"key": CANARY.encode().hex()})
        except ValueError as error:
            error.add_note(f"tried {CANARY}")
            unread = FileNotFoundError(2, f"no {CANARY}", f"/home/{CANARY}")
            raise ExceptionGroup("both", [RuntimeError(f"cannot log in with {CANARY!r}"), unread]) from error
    except ExceptionGroup as group:
        without_secrets(troubles, secrets.known)(None, group)
        logging.getLogger("holdfast").error("%s", group, exc_info=group)
    told = "".join("".join(traceback.format_exception(error)) for error in troubles.errors)
    assert not spilt(f"{told} {caplog.text}".encode())
    assert "tried [secret:canary]" in told
    assert "cannot log in with '[secret:canary]'" in told


def asked(*arguments: str) -> str:
    """Return all that a command prints."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), contextlib.suppress(SystemExit):
        main(list(arguments))
    return out.getvalue() + err.getvalue()


def begun(store: Path, gate: Path) -> str:
    """Begin a run in a process of its own, kill that while a call is under way, and return the run's id."""
    command = [sys.executable, "-m", "tests.runtime.leaky", str(store), str(gate)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        run, waits = process.stdout.readline().strip(), process.stdout.readline()
        assert waits == "waits\n"
        process.send_signal(signal.SIGKILL)
        _, errors = process.communicate(timeout=PROCESS_SECONDS_MAX)
    assert not spilt(errors.encode())
    return run


def test_it_is_nowhere_after_a_kill_nor_in_what_the_program_prints(tmp_path: Path) -> None:
    store, gate = tmp_path / "runs" / "holdfast.db", tmp_path / "gate"
    store.parent.mkdir()
    run_id = begun(store, gate)
    assert not spilt(files_of(store.parent))
    gate.write_text("open")

    async def recovered() -> object:
        models = {"scripted": patient(str(gate))}
        async with Runtime.open(f"sqlite:///{store}", models=models, secrets=[vault()], apps=[DESK]) as runtime:
            run = await runtime.run(run_id)
            result = await run.result()
            assert not spilt(await recorded(runtime.upkeep, run))
            outcomes = [each.outcome for each in of_kind(await events_of(run), StepEnded)]
            assert outcomes == [Outcome.SUCCEEDED] * 3, "the key that was found before is handed over after"
            return result

    assert asyncio.run(recovered()) == "done, and by the way: [secret:canary]"
    url = f"sqlite:///{store}"
    for command, *options in COMMANDS:
        printed = asked(command, run_id, *options, "--store", url)
        assert "describe" in printed or "COMPLETE" in printed
        assert not spilt(printed.encode())
    assert not spilt(asked("replay", run_id, "--turn", "4", "--json", "--store", url).encode())
    assert not spilt(files_of(store.parent))
