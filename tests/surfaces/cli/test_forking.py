"""``holdfast fork`` and ``holdfast replay``: another run with the history of one, and what a model was sent."""

from pathlib import Path

from tests.surfaces.cli.program import Program


def greeted(holdfast: Program) -> str:
    done = holdfast("run", "greet", "hello", "--json")
    assert done.code == 0
    run: str = done.json["run_id"]
    return run


def test_a_run_is_forked_at_a_turn_with_another_model_and_both_tell_of_each_other(holdfast: Program) -> None:
    run = greeted(holdfast)
    done = holdfast("fork", run, "--turn", "2", "--model", "curt", "--json", "--note", "too long")
    assert (done.code, done.json["result"]) == (0, "Hi")
    fork = done.json["run_id"]
    shown = holdfast("show", fork, "--json").json
    assert shown["origin"]["run"] == run
    assert (shown["simulates"], shown["models"]) == (True, {"greeter": "curt"})
    assert (shown["usage"]["turns"], shown["inherited"]["turns"]) == (1, 1)
    assert [each["run_id"] for each in holdfast("show", run, "--json").json["forks"]] == [fork]
    page = holdfast("show", fork).out
    assert "forked from" in page
    assert "effects simulated" in page
    assert "forks" in holdfast("show", run).out
    spans = holdfast("trace", fork, "--json").json["spans"]
    assert {span["attributes"].get("is_inherited", False) for span in spans} == {True, False}
    assert "inherited" in holdfast("trace", fork).out


def test_the_exact_prompt_of_a_turn_is_shown_and_checked(holdfast: Program) -> None:
    run = greeted(holdfast)
    done = holdfast("replay", run, "--turn", "2", "--json").json
    assert [message["role"] for message in done["messages"]] == ["system", "user", "assistant", "tool"]
    assert (done["turn"], done["model"], done["tools"][0]["name"]) == (2, "polite", "look_up")
    text = holdfast("replay", run, "--turn", "2").out
    for told in ("Greet.", "hello means something", "── tool look_up ──", done["digest"]):
        assert told in text
    missing = holdfast("replay", run, "--turn", "9", "--json")
    assert missing.code != 0
    assert "greet/turn.1, greet/turn.2" in missing.error["message"]


def test_another_prompt_comes_from_a_file(holdfast: Program, tmp_path: Path) -> None:
    run = greeted(holdfast)
    file = tmp_path / "curt.md"
    file.write_text("Be curt.", encoding="utf-8")
    fork = holdfast("fork", run, "--turn", "1", "--prompt", str(file), "--json").json["run_id"]
    assert holdfast("replay", fork, "--turn", "1", "--json").json["messages"][0]["parts"][0]["text"] == "Be curt.\n"
    told = holdfast("fork", run, "--prompt", f"nobody={file}", "--json").error["message"]
    assert "found one for 'nobody'" in told


def test_one_place_is_named_and_no_more(holdfast: Program) -> None:
    run = greeted(holdfast)
    for options, told in (
        (("--turn", "1", "--step", "greet"), "found --turn and --step"),
        (("--node", "greet"), "found it alone"),
        (("--at", "999"), "the nearest are"),
    ):
        done = holdfast("fork", run, *options, "--json")
        assert done.code != 0
        assert told in done.error["message"]
