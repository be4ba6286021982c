"""Keeps values that must not be seen, and replaces them by their references wherever they stand.

A value that was cut is found by what is left of it: at either end of a text, or where an ellipsis says that it was cut.
"""

from typing import TypeVar

import msgspec

from holdfast.governance.redaction.encodings import forms
from holdfast.governance.redaction.walk import changed

CUT_CHARACTERS_MIN = 8
"""So much of a value at the end of a text is taken for the value, cut."""
ELLIPSIS = "…"

Of = TypeVar("Of")


class Known:
    """Secret values by their references. It only ever grows; ``base`` holds what others know too."""

    __slots__ = ("_base", "_forms", "_in_order", "_joined")

    def __init__(self, base: "Known | None" = None) -> None:
        self._base = base
        self._forms: dict[str, str] = {}
        self._in_order: tuple[tuple[str, bytes, str], ...] = ()
        self._joined = ""

    def __bool__(self) -> bool:
        known: Known | None = self
        while known is not None:  # as in ``hides``
            if known._in_order:  # noqa: SLF001  # of its own kind
                return True
            known = known._base  # noqa: SLF001  # of its own kind
        return False

    def add(self, value: str, reference: str) -> None:
        """Replace ``value`` by ``reference`` from now on; the first reference of a value stays."""
        before = len(self._forms)
        for form in forms(value):
            self._forms.setdefault(form, reference)
        if len(self._forms) > before:
            longest_first = sorted(self._forms.items(), key=lambda each: -len(each[0]))
            self._in_order = tuple((form, form.encode("utf-8", "surrogatepass"), ref) for form, ref in longest_first)
            self._joined = "\n".join(self._forms)

    def text(self, text: str) -> str:
        """Return ``text`` without any known value."""
        if self._base:
            text = self._base.text(text)
        for form, _, reference in self._in_order:
            if form in text:
                text = text.replace(form, reference)
        if self._in_order and len(text) >= CUT_CHARACTERS_MIN:
            text = ELLIPSIS.join(map(self._ends, text.split(ELLIPSIS))) if ELLIPSIS in text else self._ends(text)
        return text

    def hides(self, body: bytes) -> bool:
        """Whether a known value stands in ``body``, which is text, JSON or MessagePack."""
        known: Known | None = self
        while known is not None:  # asked of everything that is recorded: a frame for each base would cost more
            for _, form, _ in known._in_order:  # noqa: SLF001  # of its own kind
                if form in body:
                    return True
            known = known._base  # noqa: SLF001  # of its own kind
        return False

    def body(self, body: bytes) -> bytes:
        """Return ``body``, which is text or JSON, without any known value; anything else was made of clean pieces."""
        if not self.hides(body):
            return body
        try:
            return self.text(body.decode()).encode()
        except UnicodeDecodeError:
            return body

    def value(self, value: Of) -> Of:
        """Return a struct of the same type in which no text holds a known value."""
        if not self:
            return value
        plain = msgspec.to_builtins(value, builtin_types=(bytes,))
        cleaned = self.data(plain)
        return value if cleaned == plain else msgspec.convert(cleaned, type(value), builtin_types=(bytes,))

    def data(self, data: object) -> object:
        """Return JSON-like data in which no text, key or value, holds a known value."""
        return changed(data, self.text, self._raw)

    def longest(self) -> int:
        """Return the length of the longest form of a value; 0 if none is known."""
        own = len(self._in_order[0][0]) if self._in_order else 0
        return max(own, self._base.longest() if self._base else 0)

    def pending(self, text: str) -> int:
        """Return how many characters at the end of ``text`` may be the beginning of a known value."""
        most = min(len(text), self.longest() - 1)
        return next((size for size in range(most, 0, -1) if self._begins(text[-size:])), 0)

    def _begins(self, piece: str) -> bool:
        return any(form.startswith(piece) for form, _, _ in self._in_order) or (
            self._base is not None and self._base._begins(piece)  # noqa: SLF001  # of its own kind
        )

    def _raw(self, body: bytes) -> bytes:
        if self._base:
            body = self._base._raw(body)  # noqa: SLF001  # of its own kind
        for _, form, reference in self._in_order:
            body = body.replace(form, reference.encode())
        return body

    def _ends(self, piece: str) -> str:
        """Return ``piece`` without what is left of a value that was cut at one of its ends."""
        if piece[:CUT_CHARACTERS_MIN] in self._joined and len(piece) >= CUT_CHARACTERS_MIN:
            piece = self._without_head(piece)
        if piece[-CUT_CHARACTERS_MIN:] in self._joined and len(piece) >= CUT_CHARACTERS_MIN:
            piece = self._without_tail(piece)
        return piece

    def _without_head(self, piece: str) -> str:
        for form, _, reference in self._in_order:
            for size in range(min(len(form) - 1, len(piece)), CUT_CHARACTERS_MIN - 1, -1):
                if piece.startswith(form[-size:]):
                    return reference + piece[size:]
        return piece

    def _without_tail(self, piece: str) -> str:
        for form, _, reference in self._in_order:
            for size in range(min(len(form) - 1, len(piece)), CUT_CHARACTERS_MIN - 1, -1):
                if piece.endswith(form[:size]):
                    return piece[:-size] + reference
        return piece


NOTHING_KNOWN = Known()
