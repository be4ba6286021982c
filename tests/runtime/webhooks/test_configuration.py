"""Which webhooks there are is read from a file, and their secrets from the environment."""

from pathlib import Path

import pytest

from holdfast.kernel.errors import InputError
from holdfast.runtime.webhooks.configuration import read_webhooks

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
HOOK = '[[webhooks]]\nurl = "https://desk.example/hook"\nsecret_env = "DESK"\n'


def environ(tmp_path: Path, text: str, **more: str) -> dict[str, str]:
    file = tmp_path / "webhooks.toml"
    file.write_text(text, encoding="utf-8")
    return {"HOLDFAST_WEBHOOKS": str(file), **more}


def test_without_a_file_nobody_is_told() -> None:
    assert read_webhooks({}) == ()


def test_a_webhook_has_an_address_a_secret_and_what_it_is_told(tmp_path: Path) -> None:
    (hook,) = read_webhooks(environ(tmp_path, HOOK + 'apps = ["desk"]\nthin = true\n', DESK=SECRET))
    assert (hook.url, hook.apps, hook.is_thin) == ("https://desk.example/hook", ("desk",), True)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (HOOK, "the secret of https://desk.example/hook in the variable DESK, found none"),
        (HOOK.replace("https", "ftp"), "expected an https:// address"),
        (HOOK.replace("desk.example", "me:secret@desk.example"), "without a password"),
        (HOOK + "colour = 1\n", "colour"),
        ("webhooks = [", "found:"),
    ],
)
def test_a_file_that_is_not_right_says_what_is_wrong(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(InputError, match=told.replace(".", r"\.")):
        read_webhooks(environ(tmp_path, text))
