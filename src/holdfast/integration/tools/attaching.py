"""What a tool returns that gives more than text: pictures, documents."""

from dataclasses import dataclass

from holdfast.kernel.messages import Audio, File, Image, Text


@dataclass(frozen=True, slots=True)
class Attaching:
    """Returned by a tool that gives more than text: ``value`` is its result, the rest is shown to a model beside it."""

    value: object
    attached: tuple[Text | Image | Audio | File, ...]
