"""What a tool or function does to the world: the two declarations every effect carries (DESIGN, decision 6)."""

import enum


class Effect(enum.StrEnum):
    """How often an effect may be delivered, and so what follows when its outcome is unknown."""

    PURE = "pure"
    """Touches nothing: may run again."""
    READ = "read"
    """Looks at the world: may run again, and may then see something else."""
    KEYED = "keyed"
    """Idempotent under the key the runtime hands it: sent again with the same key."""
    TRANSACTIONAL = "transactional"
    """Leaves a marker that can be probed: probed before it is sent again."""
    UNSAFE = "unsafe"
    """Nothing is known: never sent again without a person's word. The default."""

    @property
    def repeats_safely(self) -> bool:
        """Whether running it again without asking anyone is harmless."""
        return self in (Effect.PURE, Effect.READ, Effect.KEYED)

    @property
    def needs_intent(self) -> bool:
        """Whether the intent must be durable before it is sent."""
        return self is not Effect.PURE and self is not Effect.READ


IRREVERSIBLE = "irreversible"
"""The reversibility of an effect that nothing undoes: the default for whatever writes."""
