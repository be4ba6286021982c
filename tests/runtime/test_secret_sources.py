"""Which secrets a runtime has by itself, and what of its environment it keeps out of sight."""

from pathlib import Path

import pytest

from holdfast.integration.secrets.memory import MemoryVault
from holdfast.integration.secrets.port import Asker, Granted, Withheld
from holdfast.journal.stores.memory import MemoryStore
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.errors import InputError
from holdfast.kernel.randomness import SeededRandomness
from holdfast.runtime import Runtime
from holdfast.runtime.secrets.sources import secrets_for

ASKER = Asker(tool="charge")
RANDOMNESS = SeededRandomness(1)
VALUE = "v4lu3-of-the-secret"


def store() -> MemoryStore:
    return MemoryStore(VirtualClock())


async def test_a_file_that_is_named_comes_before_the_environment(tmp_path: Path) -> None:
    path = tmp_path / "secrets.toml"
    path.write_text(f'[secrets]\nkey = "{VALUE}"\n', encoding="utf-8")
    path.chmod(0o600)
    environment = {
        "HOLDFAST_SECRETS": str(path),
        "HOLDFAST_SECRET_KEY": "from-the-environment",
        "HOLDFAST_SECRET_OTHER": "other-value",
    }
    secrets = secrets_for(None, store(), RANDOMNESS, environment)
    assert await secrets.resolve("key", ASKER) == Granted(VALUE)
    assert await secrets.resolve("other", ASKER) == Granted("other-value")
    assert secrets.known.text("from-the-environment, other-value") == "[secret:key], [secret:other]"


async def test_what_is_given_takes_the_place_of_both() -> None:
    secrets = secrets_for([MemoryVault()], store(), RANDOMNESS, {"HOLDFAST_SECRET_KEY": VALUE})
    assert isinstance(await secrets.resolve("key", ASKER), Withheld)


@pytest.mark.parametrize(
    ("variable", "value", "is_kept_out"),
    [
        ("OPENAI_API_KEY", "abcdefgh12345678", True),
        ("GITHUB_TOKEN", "abcdefgh12345678", True),
        ("DB_PASSWORD", "abcdefgh12345678", True),
        ("GITHUB_TOKEN", "yes", False),
        ("GITHUB_TOKEN", "/run/secrets/token", False),
        ("LOGIN_PAGE", "abcdefgh12345678", False),
    ],
)
def test_telling_variables_are_kept_out_of_sight_and_handed_to_nobody(
    variable: str, value: str, is_kept_out: bool
) -> None:
    secrets = secrets_for(None, store(), RANDOMNESS, {variable: value})
    assert (secrets.known.text(f"<{value}>") != f"<{value}>") == is_kept_out


async def test_a_runtime_with_secrets_that_others_can_read_does_not_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "secrets.toml"
    path.write_text(f'[secrets]\nkey = "{VALUE}"\n', encoding="utf-8")
    path.chmod(0o644)
    monkeypatch.setenv("HOLDFAST_SECRETS", str(path))
    with pytest.raises(InputError, match="chmod 600"):
        async with Runtime.open("memory:"):
            pass
