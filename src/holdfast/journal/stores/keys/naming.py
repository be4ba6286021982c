"""How keys are named, and how a subject is found without its name: a MAC under a secret that lies with the keys."""

import hashlib

from holdfast.journal.sealing.envelope import KEY_ID_BYTES
from holdfast.kernel.randomness import Randomness

LENGTH_BYTES = 8
MAC_BYTES = 32


def new_key_id(randomness: Randomness) -> str:
    """Return a fresh id for a key."""
    return randomness.bytes(KEY_ID_BYTES).hex()


def subject_mac(secret: bytes, tenant: str, subject: str) -> bytes:
    """Return what stands for the subject of that tenant: nobody can tell whom, or try names out, without ``secret``."""
    mac = hashlib.blake2b(key=secret, digest_size=MAC_BYTES)
    for name in (tenant, subject):
        told = name.encode("utf-8", "surrogatepass")
        mac.update(len(told).to_bytes(LENGTH_BYTES, "big") + told)
    return mac.digest()
