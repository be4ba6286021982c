"""What all events share: how they are tagged in the journal."""

import msgspec


class JournalEvent(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag_field="event"):
    """A fact of a run. The tag names the event and the version of its meaning (``turn.replied/1``)."""
