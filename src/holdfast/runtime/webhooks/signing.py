"""Signs what a webhook is sent, by the Standard Webhooks specification. Pure."""

import base64
import binascii
import hashlib
import hmac
from typing import NewType

from holdfast.kernel.errors import InputError

Secret = NewType("Secret", bytes)

PREFIX = "whsec_"
SECRET_BYTES_LEAST, SECRET_BYTES_MAX = 24, 64


def read_secret(text: str) -> Secret:
    """Return the secret in ``whsec_`` and base64. Raises InputError, which never quotes it."""
    try:
        secret = base64.b64decode(text.strip().removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        secret = b""
    if not SECRET_BYTES_LEAST <= len(secret) <= SECRET_BYTES_MAX:
        raise InputError(
            f"expected a secret of {SECRET_BYTES_LEAST} to {SECRET_BYTES_MAX} bytes as {PREFIX} and base64, found "
            f"{len(text)} characters that are none: make one with 'openssl rand -base64 32'"
        )
    return Secret(secret)


def headers(secret: Secret, message_id: str, at: float, body: bytes) -> dict[str, str]:
    """Return the headers under which ``body`` is sent at the instant ``at``: who has the secret can check them."""
    timestamp = str(int(at))
    signed = b".".join((message_id.encode(), timestamp.encode(), body))
    signature = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{signature}",
    }
