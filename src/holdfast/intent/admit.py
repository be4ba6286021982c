"""Takes a request on: validates it and makes its run durable before anything is acknowledged."""

import msgspec

from holdfast.intent.request import Request
from holdfast.journal.codec import encode
from holdfast.journal.events import RunStarted
from holdfast.journal.payloads import payload_id
from holdfast.journal.port import NO_EPOCH, AlreadyBegun, Commit, Committed, NewRun, Payload, Recorded, Store
from holdfast.kernel.clock import Clock
from holdfast.kernel.errors import DefinitionError, InputError, JournalError
from holdfast.kernel.ids import RunId, commit_id, new_run_id, requested_run_id
from holdfast.kernel.randomness import Randomness
from holdfast.orchestration.app import App
from holdfast.orchestration.lifecycle import Status


async def admit(request: Request, store: Store, clock: Clock, randomness: Randomness, engine: str) -> RunId:
    """Begin a run for ``request`` and return its id; a request id seen before returns the run it began then.

    Raises InputError for an input the app cannot use, DefinitionError for a model named for an agent it does not have.
    """
    value = request.app.validate(request.input)
    body = _encoded(value)
    payload = Payload(payload_id(await store.tenant_key(request.tenant), body), body)
    now = clock.now()
    run = _run_id(request, now, randomness)
    started = _started(request, run, payload, _title(request.app, body), engine)
    commit = Commit(
        commit_id=commit_id(run, NO_EPOCH, 0),
        run=run,
        epoch=NO_EPOCH,
        expected=0,
        events=(Recorded(1, now, encode(started)),),
        status=Status.INTAKE,
        payloads=(payload,),
        begins=NewRun(request.tenant, request.app.name, request.request_id, None, started.title),
    )
    match await store.commit(commit):
        case Committed():
            return run
        case AlreadyBegun(begun):
            return begun
        case refused:
            raise JournalError(f"expected to begin run {run}, found {refused}: try again")


def _encoded(value: object) -> bytes:
    try:
        return msgspec.json.encode(value, order="deterministic")
    except UnicodeEncodeError as error:
        found = error.object[error.start : error.end]
        raise InputError(f"expected an input of valid Unicode, found {found!r} in it: leave it out") from error


def _title(app: App, body: bytes) -> str:
    title = app.title(app.parse(body))
    if not isinstance(title, str):
        raise DefinitionError(f"app {app.name!r}: expected its title to be text, found {title!r}: return a str")
    return title


def _run_id(request: Request, now: float, randomness: Randomness) -> RunId:
    if request.request_id is None:
        return new_run_id(now, randomness)
    return requested_run_id(request.tenant, request.request_id, now)


def _started(request: Request, run: RunId, payload: Payload, title: str, engine: str) -> RunStarted:
    app = request.app
    return RunStarted(
        run=run,
        tenant=request.tenant,
        app=app.name,
        input=payload.payload_id,
        definitions=app.definitions,
        models=request.model_names,
        budget=request.budget or app.budget,
        title=title,
        request_id=request.request_id,
        session=request.session,
        engine=engine,
    )
