"""The runtime takes the strictest sandbox that holds on this machine, and none where none does."""

import pytest

from holdfast import open_sandbox, run_python
from holdfast.integration.tools.sandbox.levels.landlock import LandlockSandbox
from holdfast.kernel.clock import SystemClock
from holdfast.kernel.errors import SandboxFailed
from holdfast.runtime.sandboxes import Level, examine, machine_facts


def has_landlock() -> bool:
    try:
        LandlockSandbox(SystemClock())
    except SandboxFailed:
        return False
    return True


@pytest.mark.slow  # every probe is tried against every level
async def test_the_strictest_level_that_holds_is_taken_and_runs_a_models_code() -> None:
    if not has_landlock():
        pytest.skip("no Landlock here")
    found = await examine()
    assert [each.level for each in found] == [Level.BUBBLEWRAP, Level.LANDLOCK]
    expected = next(each.level for each in found if not each.refused)
    sandbox = await open_sandbox()
    assert sandbox.level == expected
    result = await run_python(sandbox).function(code="print(sum(range(10)))")
    assert (result.exit_code, result.stdout) == (0, "45\n")


async def test_a_level_that_cannot_be_had_is_refused_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "vax")
    with pytest.raises(SandboxFailed, match=r"none; bubblewrap: .* landlock: .*: see 'holdfast sandbox doctor'"):
        await open_sandbox()
    with pytest.raises(SandboxFailed) as failed:
        await open_sandbox(Level.LANDLOCK)
    assert "bubblewrap" not in str(failed.value)


def test_what_decides_about_sandboxes_is_told_by_name() -> None:
    facts = machine_facts()
    assert list(facts) == ["kernel", "processor", "landlock", "user namespaces", "cgroup", "uid"]
    assert all(facts.values())
