"""What a tool's author raises to say what became of a call."""


class ToolFailure(Exception):
    """Raised by a tool's author: the call failed, for certain, and the model is to know why.

    From KEYED on it says that nothing was done; whoever cannot know that raises OutcomeUnknown. ``retryable`` says that
    the same call can succeed later, ``retry_after_seconds`` not before when.
    """

    def __init__(
        self, message: str, *, retryable: bool = False, hint: str = "", retry_after_seconds: float | None = None
    ) -> None:
        super().__init__(message)
        self.message, self.retryable, self.hint = message, retryable, hint
        self.retry_after_seconds = retry_after_seconds


class OutcomeUnknown(Exception):
    """Raised by a tool's author: the request was sent, and what became of it is not known."""
