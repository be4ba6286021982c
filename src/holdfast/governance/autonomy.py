"""How much an agent may do by itself: four levels, each raised on purpose, in code that is reviewed."""

import enum


class Autonomy(enum.StrEnum):
    """What an agent may do without a person. The policies of its app bind it at every level."""

    SUGGEST = "suggest"
    """It looks and proposes: whatever would change something is denied."""
    CONFIRM = "confirm"
    """It looks by itself; each step that would change something waits for somebody's yes."""
    CHAINED = "chained"
    """It also chains steps that can be undone; one that cannot waits for somebody's yes."""
    AUTONOMOUS = "autonomous"
    """It takes every step that the policies and its budget allow."""
