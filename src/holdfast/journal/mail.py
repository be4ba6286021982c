"""What can be put into a run's inbox: the closed union ``Mail``, and its bytes."""

import msgspec

from holdfast.kernel.errors import JournalError


class MailItem(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="mail"):
    """A message to a run. The tag carries the version of its meaning."""


class Cancel(MailItem, frozen=True, tag="cancel/1"):
    """End the run before its time."""

    reason: str
    by: str


class Resume(MailItem, frozen=True, tag="resume/1"):
    """Drive the run again: it was parked."""

    by: str


Mail = Cancel | Resume

_decoder: msgspec.msgpack.Decoder[Mail] = msgspec.msgpack.Decoder(Mail)


def encode_mail(mail: Mail) -> bytes:
    """Return the bytes of ``mail``."""
    return msgspec.msgpack.encode(mail)


def decode_mail(body: bytes) -> Mail:
    """Return the mail in ``body``. Raises JournalError for what this version does not know."""
    try:
        return _decoder.decode(body)
    except msgspec.MsgspecError as error:
        raise JournalError(
            f"expected mail this version knows, found {body[:40]!r} ({error}): run a newer Holdfast"
        ) from error
