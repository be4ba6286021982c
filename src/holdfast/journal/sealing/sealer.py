"""Seals and opens what belongs to one run, each piece bound to its place, and hides the names of what is kept by name.

A run's cipher key and the key of its names are derived from the subject's (keyed BLAKE2b), so that random nonces under
one key never come to a number that matters.
"""

import hashlib

import msgspec

from holdfast.journal.port import NewRun
from holdfast.journal.sealing.envelope import NONCE_BYTES, disclose, enclose
from holdfast.journal.sealing.port import KEY_BYTES, MakeCipher, SubjectKey
from holdfast.kernel.errors import Erased, JournalError
from holdfast.kernel.ids import RunId
from holdfast.kernel.randomness import Randomness

NAME_BYTES = 16
LABEL = "label"
_LENGTH_BYTES = 2


class Label(msgspec.Struct, frozen=True):
    """What the index would tell of a run, sealed in the place of its title."""

    subject: str
    title: str
    request_id: str | None


class Sealer:
    """One run under one key."""

    def __init__(self, run: RunId, subject: SubjectKey, make_cipher: MakeCipher, randomness: Randomness) -> None:
        if subject.key is None:
            raise Erased(erased_told(run, subject))
        self.key_id = subject.key_id
        self._run, self._randomness = run, randomness
        self._cipher = make_cipher(_derived(subject.key, f"seal/{run}"))
        self._names = _derived(subject.key, f"names/{run}")
        self._subject = subject

    def seal(self, place: str, body: bytes) -> bytes:
        """Return ``body`` sealed for ``place``."""
        nonce = self._randomness.bytes(NONCE_BYTES)
        return enclose(self.key_id, nonce, self._cipher.encrypt(nonce, body, self._bound_to(place)))

    def open(self, place: str, sealed: bytes) -> bytes:
        """Return what was sealed for ``place``. Raises Erased, and JournalError if it was sealed for another place."""
        if (found := disclose(sealed)) is None:
            raise Erased(erased_told(self._run))
        return self._cipher.decrypt(found.nonce, found.ciphertext, self._bound_to(place))

    def hidden(self, name: str) -> str:
        """Return what stands for ``name`` within the run: always the same, and nobody can tell without the key."""
        return _mac(self._names, name)

    def seal_named(self, kind: str, name: str, body: bytes) -> bytes:
        """Return ``body`` sealed together with its name, for the place that its hidden name is."""
        told = name.encode("utf-8", "surrogatepass")
        return self.seal(f"{kind}/{self.hidden(name)}", len(told).to_bytes(_LENGTH_BYTES, "big") + told + body)

    def open_named(self, kind: str, hidden: str, sealed: bytes) -> tuple[str, bytes]:
        """Return the name and the body that were sealed under this hidden name."""
        opened = self.open(f"{kind}/{hidden}", sealed)
        ends = _LENGTH_BYTES + int.from_bytes(opened[:_LENGTH_BYTES], "big")
        return opened[_LENGTH_BYTES:ends].decode("utf-8", "surrogatepass"), opened[ends:]

    def seal_new(self, new: NewRun, subject: str) -> NewRun:
        """Return what a store's index may know of the run. Raises JournalError for text it cannot hold."""
        try:
            label = msgspec.msgpack.encode(Label(subject, new.title, new.request_id))
        except UnicodeEncodeError as error:
            raise JournalError(f"the store cannot hold this: {error}") from error
        request = None if new.request_id is None else hidden_request(self._subject, new.request_id)
        title = self.seal(LABEL, label).hex()
        return msgspec.structs.replace(new, title=title, request_id=request, subject=None, seal=self.key_id)

    def open_label(self, title: str) -> Label:
        """Return what ``seal_new`` put in the place of the title."""
        return msgspec.msgpack.decode(self.open(LABEL, bytes.fromhex(title)), type=Label)

    def _bound_to(self, place: str) -> bytes:
        return f"{self._run}/{place}".encode()


def hidden_request(subject: SubjectKey, request_id: str) -> str:
    """Return what stands for the id of a request that names the subject. Its key is there."""
    assert subject.key is not None, "only who has the key can name it"
    return _mac(_derived(subject.key, "requests"), request_id)


def erased_told(run: RunId, subject: SubjectKey | None = None) -> str:
    """Return the message for a run that was erased."""
    key = f" (key {subject.key_id})" if subject is not None else ""
    return (
        f"run {run} was erased at its data subject's wish{key}: nobody can read what it held, 'holdfast runs' still "
        "lists it; start a new run"
    )


def _derived(key: bytes, purpose: str) -> bytes:
    return hashlib.blake2b(purpose.encode(), key=key, digest_size=KEY_BYTES).digest()


def _mac(key: bytes, name: str) -> str:
    return hashlib.blake2b(name.encode("utf-8", "surrogatepass"), key=key, digest_size=NAME_BYTES).hexdigest()
