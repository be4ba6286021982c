"""Secrets come from where only their owner can read, for those they are meant for, and nothing else is said of them."""

import os
from pathlib import Path

import pytest

from holdfast.integration.secrets.book import Secrets
from holdfast.integration.secrets.grants import Grant
from holdfast.integration.secrets.memory import MemoryVault
from holdfast.integration.secrets.port import Asker, Granted, Withheld
from holdfast.integration.secrets.secret import Secret
from holdfast.integration.secrets.sources import secrets_of_environment, secrets_of_file
from holdfast.integration.secrets.strongbox import KeyedStrongbox
from holdfast.journal.sealing.aes import AesGcm
from holdfast.journal.stores.keys import MemoryKeys
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.errors import InputError
from holdfast.kernel.randomness import SeededRandomness

VALUE = "v4lu3-of-the-secret"
FILE = f"""
[secrets]
plain = "{VALUE}"

[secrets.mail]
value = "{VALUE}-mail"
tools = ["send_mail"]
agents = ["desk"]

[[secrets.crm]]
value = "{VALUE}-acme"
tenants = ["acme"]

[[secrets.crm]]
value = "{VALUE}-globex"
tenants = ["globex"]
"""


def written(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / "secrets.toml"
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


async def found(folder: Path, name: str, **who: str) -> Granted | Withheld | None:
    asker = Asker(**{"tool": "send_mail", "agent": "desk", **who})
    return await secrets_of_file(written(folder, FILE)).find(name, asker)


async def test_a_plain_secret_is_for_every_tool_that_declares_it(tmp_path: Path) -> None:
    assert await found(tmp_path, "plain", tool="any") == Granted(VALUE)
    assert await found(tmp_path, "none") is None


async def test_one_with_an_audience_is_for_that_alone(tmp_path: Path) -> None:
    assert await found(tmp_path, "mail") == Granted(f"{VALUE}-mail", names_audience=True)
    assert await found(tmp_path, "mail", tool="other") == Withheld("it is not for tool 'other'")
    assert await found(tmp_path, "mail", agent="other") == Withheld("it is not for agent 'other'")


async def test_each_tenant_has_its_own_value(tmp_path: Path) -> None:
    assert await found(tmp_path, "crm", tenant="globex") == Granted(f"{VALUE}-globex")
    assert await found(tmp_path, "crm", tenant="other") == Withheld("it is not for tenant 'other'")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o777])
def test_a_file_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(InputError, match="chmod 600"):
        secrets_of_file(written(tmp_path, FILE, mode))


@pytest.mark.parametrize(
    "text",
    [
        f"[secrets]\nname = {VALUE}",
        f"[secrets]\nname = ['{VALUE}']",
        f"[secrets.name]\nvalue = '{VALUE}'\ntools = '{VALUE}'",
        f"[secrets.name]\nvalue = '{VALUE}'\nwhom = ['x']",
        "[secrets]\nname = 'short'",
        f"[secrets]\nNAME = '{VALUE}'",
        f"[other]\nname = '{VALUE}'",
        "[secrets]\nname = []",
    ],
)
def test_what_is_no_secret_is_refused_without_a_word_of_its_value(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError) as refused:
        secrets_of_file(written(tmp_path, text))
    assert VALUE not in str(refused.value)


def test_a_file_that_is_not_there_is_told_of(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="none that can be read"):
        secrets_of_file(tmp_path / "none.toml")


async def test_variables_of_the_environment_hold_secrets() -> None:
    source = secrets_of_environment({"HOLDFAST_SECRET_STRIPE_KEY": VALUE, "HOLDFAST_SECRET_EMPTY": "", "HOME": "/"})
    assert list(source.held()) == [("stripe-key", VALUE)]
    with pytest.raises(InputError, match="at least 8 characters"):
        secrets_of_environment({"HOLDFAST_SECRET_PIN": "1234"})


async def test_the_first_source_that_has_it_decides_and_what_it_gives_is_known() -> None:
    vault, other = MemoryVault(), MemoryVault()
    vault.put("key", Grant(value=VALUE, tools=("charge",)))
    other.put("key", Grant(value="another-value"))
    secrets = Secrets([vault, other])
    assert secrets.known.text(VALUE) == VALUE
    assert await secrets.resolve("key", Asker(tool="other")) == Withheld("it is not for tool 'other'")
    assert await secrets.resolve("key", Asker(tool="charge")) == Granted(VALUE, names_audience=True)
    assert secrets.known.text(f"{VALUE} another-value") == "[secret:key] another-value"
    assert isinstance(await secrets.resolve("none", Asker(tool="charge")), Withheld)


async def test_a_rotated_secret_is_kept_out_in_both_its_values() -> None:
    vault = MemoryVault()
    secrets = Secrets([vault])
    for value in (VALUE, "v4lu3-of-today"):
        vault.put("key", Grant(value=value))
        await secrets.resolve("key", Asker(tool="charge"))
    assert secrets.known.text(f"{VALUE} v4lu3-of-today") == "[secret:key] [secret:key]"


async def test_a_value_that_cannot_be_kept_out_of_text_is_withheld() -> None:
    vault = MemoryVault()
    vault.put("pin", Grant(value="1234"))
    assert isinstance(await Secrets([vault]).resolve("pin", Asker(tool="charge")), Withheld)


def test_a_secret_shows_itself_only_where_it_is_asked_to() -> None:
    secret = Secret("[secret:key]", VALUE)
    assert f"{secret} {secret!r} {[secret]}" == "[secret:key] [secret:key] [[secret:key]]"
    assert VALUE not in repr((Granted(VALUE), Grant(value=VALUE)))
    assert secret.reveal() == VALUE
    with pytest.raises(TypeError, match="not to be copied"):
        os.fsencode(__import__("copy").copy(secret))


async def test_what_is_sealed_opens_only_with_its_key() -> None:
    keys, randomness = MemoryKeys(VirtualClock()), SeededRandomness(1)
    await keys.open()
    box = KeyedStrongbox(keys, AesGcm, randomness)
    sealed = await box.seal("acme", VALUE)
    assert VALUE.encode() not in sealed
    assert await KeyedStrongbox(keys, AesGcm, randomness).open("acme", sealed) == VALUE
    assert await box.open("globex", sealed) is None
    assert await box.open("acme", b"damaged" + sealed) is None
