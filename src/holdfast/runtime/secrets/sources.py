"""Where the secrets of this process come from, and what of its environment must not be seen beside them."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from holdfast.integration.secrets.book import Secrets
from holdfast.integration.secrets.port import SecretSource
from holdfast.integration.secrets.sources import PREFIX, secrets_of_environment, secrets_of_file
from holdfast.integration.secrets.strongbox import KeyedStrongbox
from holdfast.journal.port import Store
from holdfast.journal.sealing.keeping import SealingStore
from holdfast.journal.sealing.port import Cipher
from holdfast.kernel.randomness import Randomness

VARIABLE = "HOLDFAST_SECRETS"
"""Names the file of secrets."""
VALUE_CHARACTERS_MIN = 16
"""A variable with a shorter value is a switch or a name, whatever it is called."""
_TELLING = re.compile(r"_(?:API_KEY|ACCESS_KEY|SECRET_KEY|SECRET|TOKEN|PASSWORD)$")
_NO_VALUE = re.compile(r"[/.~]|\S*\s|https?:")


def secrets_for(
    given: Sequence[SecretSource] | None, store: Store, randomness: Randomness, environment: Mapping[str, str]
) -> Secrets:
    """Return the secrets of a runtime: those given, or else the environment's and the file's. Raises InputError."""
    sources = _sources(environment) if given is None else given
    strongbox = KeyedStrongbox(store.keys, _aes_gcm, randomness) if isinstance(store, SealingStore) else None
    secrets = Secrets(sources, strongbox)
    for variable, value in environment.items():
        is_value = len(value) >= VALUE_CHARACTERS_MIN and _NO_VALUE.match(value) is None
        if is_value and _TELLING.search(variable) and not variable.startswith(PREFIX):
            secrets.keep_out(value, variable.lower().replace("_", "-"))
    return secrets


def _sources(environment: Mapping[str, str]) -> tuple[SecretSource, ...]:
    file = environment.get(VARIABLE)
    at_hand = secrets_of_environment(environment)
    return (at_hand,) if not file else (secrets_of_file(Path(file).expanduser()), at_hand)


def _aes_gcm(key: bytes) -> Cipher:
    from holdfast.journal.sealing.aes import AesGcm  # dear to load, and needed only where a result held a secret

    return AesGcm(key)
