"""What a conversation shows of a reply while it streams."""

import io

import pytest
from rich.console import Console

from holdfast.journal.live import Hint
from holdfast.kernel.ids import RunId
from holdfast.surfaces.cli.pursuing.talk import TalkView


def hint(step: str, offset: int, text: str) -> Hint:
    return Hint(RunId("run"), step, 1, offset, text)


def terminal(shown: io.StringIO) -> Console:
    return Console(file=shown, force_terminal=True, width=80, markup=False, highlight=False, emoji=False)


def test_what_is_meant_for_whoever_talks_is_shown_as_it_comes_and_nothing_else() -> None:
    shown = io.StringIO()
    with TalkView(terminal(shown), lambda step: step.startswith("answer")) as view:
        for step, offset, text in (
            ("answer/a", 0, "It is "),
            ("plan", 0, "a secret thought"),
            ("answer/a", 6, "on its way."),
            ("answer/b", 0, "Until Friday."),
        ):
            view.note(hint(step, offset, text))
    assert shown.getvalue() == "It is on its way.\n\nUntil Friday.\n"
    assert view.spoken == ("It is on its way.", "Until Friday.")


def test_after_a_piece_that_was_lost_the_rest_is_left_to_the_journal() -> None:
    shown = io.StringIO()
    with TalkView(terminal(shown), lambda _: True) as view:
        view.note(hint("a", 0, "It is "))
        view.note(hint("a", 9, "way."))
    assert view.spoken == ("It is ",)


def test_a_reply_cannot_steer_the_terminal() -> None:
    shown = io.StringIO()
    with TalkView(terminal(shown), lambda _: True) as view:
        view.note(hint("a", 0, "\x1b[2J[red]gone[/red]"))
    assert shown.getvalue() == "\\x1b[2J[red]gone[/red]\n"


def test_where_there_is_no_terminal_the_reply_is_left_to_come_whole() -> None:
    shown = io.StringIO()
    with TalkView(Console(file=shown), lambda _: True) as view:
        view.note(hint("a", 0, "It is "))
    assert (shown.getvalue(), view.spoken) == ("", ())


@pytest.mark.parametrize(
    ("spoken", "reply", "is_told"),
    [
        (("It is on its way.",), "It is on its way.", True),
        (("Let me look.", "It is on\nits way.", "One moment.", "2 years."), "It is on its way.\n\n2 years.", True),
        (("It is on its way. You get 500.00.",), "It is on its way.", False),
        (("It is on its way.",), "It is on its way.\n\n2 years.", False),
        ((), "It is on its way.", False),
    ],
)
def test_a_reply_is_printed_again_only_if_it_is_not_what_was_streamed(
    spoken: tuple[str, ...], reply: str, is_told: bool
) -> None:
    with TalkView(terminal(io.StringIO()), lambda _: True) as view:
        for number, text in enumerate(spoken):
            view.note(hint(f"turn.{number}", 0, text))
    assert view.has_told(reply) is is_told
