"""A server's answer in our words: its text, its data, and what can be shown beside them within bounds."""

import base64
import binascii

import mcp_types as types
import msgspec

from holdfast.integration.mcp.session import Answer
from holdfast.integration.tools.visible import one_line
from holdfast.kernel.messages import Audio, File, Image, Text

ATTACHED_MAX = 20
ATTACHED_BYTES_MAX = 4_000_000
NAME_CHARACTERS_MAX = 200
IMAGES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
SOUNDS = frozenset({"audio/wav", "audio/x-wav", "audio/mpeg", "audio/mp3"})
DOCUMENTS = frozenset({"application/pdf"})
"""What providers take. Anything else is named in the text, and left out."""


def answer_of(result: types.CallToolResult) -> Answer:
    """Return what ``result`` says, its blocks in order."""
    taken = _Taken()
    for block in result.content:
        taken.add(block)
    text = "\n".join(taken.texts)
    if not text and not taken.attached and result.structured_content is not None:
        text = msgspec.json.encode(result.structured_content).decode()
    return Answer(text, result.structured_content, tuple(taken.attached), result.is_error)


class _Taken:
    """Gathers the blocks of one answer."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.attached: list[Text | Image | Audio | File] = []
        self._bytes = 0

    def add(self, block: types.ContentBlock) -> None:
        match block:
            case types.TextContent(text=text):
                self.texts.append(text)
            case types.ImageContent(data=data, mime_type=kind):
                self._attach(kind, data, "an image")
            case types.AudioContent(data=data, mime_type=kind):
                self._attach(kind, data, "a sound")
            case types.ResourceLink(uri=uri, name=name):
                self.texts.append(f"[a resource that was not fetched: {_named(name)}, {_named(uri)}]")
            case types.EmbeddedResource(resource=resource):
                self._add_resource(resource)

    def _add_resource(self, resource: types.TextResourceContents | types.BlobResourceContents) -> None:
        uri = _named(resource.uri)
        match resource:
            case types.TextResourceContents(text=text):
                self.texts.append(f"[resource {uri}]\n{text}")
            case types.BlobResourceContents(blob=data, mime_type=kind):
                self._attach(kind or "", data, f"the resource {uri}", uri)

    def _attach(self, kind: str, data: str, what: str, name: str = "") -> None:
        """Take what can be shown; say of everything else that it was there."""
        try:
            body = base64.b64decode(data, validate=True)
        except (binascii.Error, ValueError):
            self.texts.append(f"[{what} was left out: it is not base64]")
            return
        part = _part(kind, body, name)
        if part is None:
            self.texts.append(f"[{what} was left out: {one_line(kind, NAME_CHARACTERS_MAX) or 'its kind is not said'}]")
        elif len(self.attached) >= ATTACHED_MAX or self._bytes + len(body) > ATTACHED_BYTES_MAX:
            self.texts.append(f"[{what} was left out: {len(body)} bytes are too many]")
        else:
            self._bytes += len(body)
            self.attached.append(part)


def _part(kind: str, body: bytes, name: str) -> Image | Audio | File | None:
    if kind in IMAGES:
        return Image(media_type=kind, data=body)
    if kind in SOUNDS:
        return Audio(media_type=kind, data=body)
    return File(media_type=kind, name=name or "document", data=body) if kind in DOCUMENTS else None


def _named(text: str) -> str:
    return one_line(text, NAME_CHARACTERS_MAX)
