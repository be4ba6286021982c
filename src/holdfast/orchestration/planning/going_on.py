"""Has a plan go on: tells the planner, checks what was written, adopts it, or judges a step that has ended."""

from holdfast.journal.events import Event, LifecycleMoved, PlanAdopted, PlanAsked, PlanChecked
from holdfast.journal.fold.handing import handed
from holdfast.journal.fold.state import NodeState, RunState
from holdfast.journal.recorder import Recorder
from holdfast.kernel.errors import InputError
from holdfast.orchestration.application.app import App
from holdfast.orchestration.flow.nodes import PlanNode
from holdfast.orchestration.flow.planned import plan_of
from holdfast.orchestration.lifecycle import Status, Trigger, after
from holdfast.orchestration.plan.schema import Plan, read_plan, to_json
from holdfast.orchestration.plan.stage import Adopt, Ask, Check, Edit, Running, stage
from holdfast.orchestration.plan.versions import adopted, finished, merged
from holdfast.orchestration.planning.allowed import allowed_by, left_of
from holdfast.orchestration.planning.checking import problems_of
from holdfast.orchestration.planning.judging import verdict
from holdfast.orchestration.planning.telling import present_plan, told
from holdfast.orchestration.values.graphs import Standing
from holdfast.orchestration.values.values import Values


async def go_on(node: PlanNode, path: str, recorder: Recorder, app: App) -> None:
    """Record what is next of the plan at ``path``."""
    run = recorder.state
    state = run.nodes[path]
    match stage(node, state, run):
        case Ask():
            seen = await told(node, state, run, recorder.payloads, allowed_by(node, app), left_of(run, path))
            draft = plan_of(state).drafts + 1
            recorder.append(PlanAsked(node=path, draft=draft, input=recorder.payloads.keep_json(seen)))
        case Check(written):
            answer = None if written.result is None else await recorder.payloads.fetch_json(written.result)
            recorder.append(*await _checked(answer, "", node, state, recorder, app))
        case Edit(decision):
            question = decision.question
            assert question is not None, "who has decided was asked"
            given = None if question.value is None else await recorder.payloads.fetch_json(question.value)
            recorder.append(*await _checked(given, question.by, node, state, recorder, app))
        case Adopt(by):
            recorder.append(*await _adopted(by, state, run, recorder))
        case Running(found):
            recorder.append(*await _judged(found, state, recorder))
        case _:
            pass


async def _checked(
    written: object, by: str, node: PlanNode, state: NodeState, recorder: Recorder, app: App
) -> tuple[Event, ...]:
    """Return the verdict on what was written; if nothing is wrong and nobody is to be asked, the plan is adopted."""
    run, payloads, draft = recorder.state, recorder.payloads, plan_of(state).drafts
    try:
        new = read_plan(written)
    except InputError as error:
        problems = [str(error)]
        kept_plan = None
    else:
        kept = finished(state, run)
        plan = merged(new, await present_plan(state, payloads), kept)
        allowed, left, is_in_turn = allowed_by(node, app), left_of(run, state.path), handed(run, state.path) is not None
        problems = problems_of(plan, new, node, allowed, left, kept, is_in_turn=is_in_turn)
        kept_plan = None if problems else plan
    if kept_plan is None:
        told_problems = payloads.keep_json(problems)
        return (PlanChecked(node=state.path, draft=draft, problems=told_problems, found=len(problems), by=by),)
    body = payloads.keep(to_json(kept_plan))
    checked = PlanChecked(node=state.path, draft=draft, plan=body, by=by)
    if node.approval is not None and not by:
        return (checked,)
    return (checked, *_adopting(kept_plan, by, state, recorder))


async def _adopted(by: str, state: NodeState, run: RunState, recorder: Recorder) -> tuple[Event, ...]:
    offered = plan_of(state).plan
    assert offered is not None, "what is approved was checked"
    return _adopting(read_plan(await recorder.payloads.fetch_json(offered)), by, state, recorder)


def _adopting(plan: Plan, by: str, state: NodeState, recorder: Recorder) -> tuple[Event, ...]:
    """Return the events with which ``plan`` is carried out; a run that is only planned so far is executed."""
    run = recorder.state
    event = PlanAdopted(
        node=state.path,
        number=plan_of(state).version + 1,
        plan=recorder.payloads.keep(to_json(plan)),
        steps=adopted(plan, finished(state, run), state, run),
        by=by,
    )
    if run.status != Status.PLANNING:
        return (event,)
    return (event, LifecycleMoved(to=after(run.status, Trigger.PLANNED)))


async def _judged(found: Standing, state: NodeState, recorder: Recorder) -> tuple[Event, ...]:
    """Return the verdict on each step that has ended and has none."""
    plan, values = await present_plan(state, recorder.payloads), Values(recorder.state, recorder.payloads)
    assert plan is not None, "steps run of an adopted plan"
    expected = {name: step.holds for name, step in plan.by_name.items() if step.holds is not None}
    return tuple([await verdict(step, state.path, expected[step.name], values) for step in found.to_judge])
