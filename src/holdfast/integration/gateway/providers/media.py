"""Pictures, sound and documents on their way to a provider: by value or by address."""

import base64

from holdfast.kernel.messages import Audio, File, Image

Media = Image | Audio | File


def base64_of(part: Media) -> str:
    """Return the bytes of a part that has them."""
    return base64.b64encode(part.data or b"").decode("ascii")


def data_url(part: Media) -> str:
    """Return a part's address, or one that holds its bytes."""
    return part.url if part.url is not None else f"data:{part.media_type};base64,{base64_of(part)}"


def is_text(part: Media) -> bool:
    return part.media_type.startswith("text/") and part.data is not None
