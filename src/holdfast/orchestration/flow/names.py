"""What expressions see by a name of its own, beside the results of earlier steps. Pure."""

INPUT, ITEM, KEY, VARIABLES = "input", "item", "key", "variables"
ROUND, LAST = "round", "last"
"""What is seen beside that inside a loop."""
VOTES = "votes"
"""What a judge sees of a vote besides."""
RESULT, GIVEN = "result", "given"
"""What is seen beside that by what undoes a step: what it gave, and what it was given."""
EVENT = "event"
"""What is seen besides by what judges an event."""
RESERVED = frozenset((INPUT, ITEM, KEY, VARIABLES))
"""What no node may be called."""
