"""Takes a request on: validates it and makes its run durable before anything is acknowledged."""

import msgspec

from holdfast.governance.ledger import Spent
from holdfast.intent.request import Request
from holdfast.journal.beginnings import Beginnings, Begun
from holdfast.journal.codec import encode
from holdfast.journal.events import AllowanceAwaited, Event, LifecycleMoved, RunParked, RunStarted
from holdfast.journal.fold import begin
from holdfast.journal.payloads import payload_id
from holdfast.journal.port import (
    NO_EPOCH,
    AlreadyBegun,
    Commit,
    CommitResult,
    Committed,
    NewRun,
    Parking,
    Payload,
    Recorded,
    Store,
)
from holdfast.journal.sealing.port import SUBJECT_CHARACTERS_MAX
from holdfast.journal.veil import NO_VEIL, Veil
from holdfast.kernel.clock import Clock
from holdfast.kernel.days import written
from holdfast.kernel.errors import DefinitionError, InputError, JournalError
from holdfast.kernel.ids import RunId, commit_id, new_run_id, requested_run_id
from holdfast.kernel.randomness import Randomness
from holdfast.orchestration.application.app import App
from holdfast.orchestration.lifecycle import Status, Trigger, after


async def admit(
    request: Request,
    store: Store,
    clock: Clock,
    randomness: Randomness,
    engine: str,
    beginnings: Beginnings | None = None,
    *,
    queued: Spent | None = None,
    veil: Veil = NO_VEIL,
) -> RunId:
    """Begin a run for ``request`` and return its id; a request id seen before returns the run it began then.

    ``beginnings`` is told of a run that is certainly new and whose content is no secret. One that is ``queued`` begins
    parked until the allowance is renewed that it waits for. ``veil`` knows what no input may hold. Raises InputError
    for an input the app cannot use, DefinitionError for a model named for an agent it does not have.
    """
    _check_subject(request.subject)
    value = request.app.validate(request.input)
    body = veil.body(_encoded(value))
    payload = Payload(payload_id(await store.tenant_key(request.tenant), body), body)
    now = clock.now()
    run = _run_id(request, now, randomness)
    started = _started(request, run, payload, _title(request.app, body), engine)
    events = (started,) if queued is None else (started, *_parked(request.app, queued))
    commit = Commit(
        commit_id=commit_id(run, NO_EPOCH, 0),
        run=run,
        epoch=NO_EPOCH,
        expected=0,
        events=tuple(Recorded(version, now, encode(event)) for version, event in enumerate(events, 1)),
        status=Status.INTAKE if queued is None else Status.WAITING,
        parking=None if queued is None else Parking(0, queued.renews_at),
        payloads=(payload,),
        begins=NewRun(
            request.tenant, request.app.name, request.request_id, started.parent, started.title, request.subject
        ),
    )
    is_new = request.request_id is None and request.lineage is None and request.subject is None and queued is None
    if beginnings is not None and is_new:
        beginnings.expect(run)
    answer = await store.commit(commit)
    if beginnings is not None and is_new and isinstance(answer, Committed):
        beginnings.add(Begun(begin(started, now), payload))
    return begun(commit, answer)


def begun(commit: Commit, answer: CommitResult) -> RunId:
    """Return the run that is begun by now: that of ``commit``, or the one its request began before.

    Raises JournalError if neither is.
    """
    match answer:
        case Committed():
            return commit.run
        case AlreadyBegun(run):
            return run
        case refused:
            raise JournalError(f"expected to begin run {commit.run}, found {refused}: try again")


def _parked(app: App, spent: Spent) -> tuple[Event, ...]:
    assert spent.renews_at is not None, "what is never renewed is not waited for"
    awaited = AllowanceAwaited(node=app.name, allowance=spent.owner, reason=spent.why, renews_at=spent.renews_at)
    reason = f"waits for {spent.owner}, renewed at {written(spent.renews_at)}"
    waits = after(Status.INTAKE, Trigger.WAITS)
    return (
        awaited,
        LifecycleMoved(to=waits, reason=reason),
        RunParked(reason=reason, wake_at=spent.renews_at),
    )


def _check_subject(subject: str | None) -> None:
    if subject is None:
        return
    if not subject.strip() or len(subject) > SUBJECT_CHARACTERS_MAX:
        raise InputError(
            f"expected a data subject's name of 1 to {SUBJECT_CHARACTERS_MAX} characters, found {len(subject)}: "
            "name the person by the id your own records use"
        )


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
    if request.lineage is not None:
        return request.lineage.run
    if request.request_id is None or request.subject is not None:  # an id must not tell of a person's request
        return new_run_id(now, randomness)
    return requested_run_id(request.tenant, request.request_id, now)


def _started(request: Request, run: RunId, payload: Payload, title: str, engine: str) -> RunStarted:
    app, lineage = request.app, request.lineage
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
        user=request.user,
        parent=lineage.parent if lineage else None,
        parent_step=lineage.parent_step if lineage else "",
        depth=lineage.depth if lineage else 0,
        simulates=lineage.simulates if lineage else False,
        model=request.model,
        models_asked=dict(request.models),
        engine=engine,
        is_batch=request.is_batch,
        ancestors=lineage.ancestors if lineage else (),
        cause=lineage.cause if lineage else request.cause,
    )
