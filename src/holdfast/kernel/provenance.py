"""Who said a piece of content, through what, and how far it is trusted (DESIGN, decision 8)."""

import enum

import msgspec


class Trust(enum.IntEnum):
    """How far content may steer a run. Content made from several pieces is trusted as far as the least of them."""

    UNTRUSTED = 0
    """Text from outside: tool results, documents, model output built on them."""
    USER = 1
    """What the person who asked has said."""
    DEVELOPER = 2
    """What the application's developer wrote: prompts, schemas."""
    SYSTEM = 3
    """What Holdfast itself says to the model, such as a correction."""


class Provenance(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Where content came from: ``source`` (``user``, ``prompt:NAME``, ``tool:NAME``, ``model:NAME``) and its trust."""

    source: str
    trust: Trust = Trust.UNTRUSTED
    readers: tuple[str, ...] = ()
    """Who may be told it; empty: anybody. What is made of several pieces is for those whom each of them is for."""


RUNTIME = Provenance("holdfast", Trust.SYSTEM)
"""What the runtime itself says."""
