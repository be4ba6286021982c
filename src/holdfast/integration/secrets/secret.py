"""A secret as a tool holds it: a value that shows itself only where it is asked to."""

import re

from pydantic_core import CoreSchema, core_schema

SCHEME = "secret://"
MARK = "[secret:"
"""What every reference in a text begins with."""
REFERENCE = re.compile(r"\[secret:([a-z0-9][a-z0-9._-]{0,62})\]")
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")


def reference_to(name: str) -> str:
    """Return what stands in text for the secret called ``name``."""
    return f"[secret:{name}]"


class Secret:
    """A secret that a tool is handed. Printed, logged or quoted it is its reference; ``reveal`` gives the value.

    As ``Annotated[Secret, "secret://NAME"]`` behind a ``*`` it is that secret, and the model knows nothing of it; as
    plain ``Secret`` it is whichever the model names by a reference that it was shown.
    """

    __slots__ = ("_value", "reference")

    def __init__(self, reference: str, value: str | None = None) -> None:
        self.reference = reference
        self._value = value

    def reveal(self) -> str:
        """Return the value. Raises ValueError if it was never resolved, as in a simulated call."""
        if self._value is None:
            raise ValueError(f"expected {self.reference} to be resolved, but nothing is sent by this call")
        return self._value

    def __repr__(self) -> str:
        return self.reference

    def __reduce__(self) -> str:
        raise TypeError(f"{self.reference} is not to be copied or stored")

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: object, _handler: object) -> CoreSchema:
        return core_schema.no_info_after_validator_function(
            cls,
            core_schema.str_schema(
                pattern=f"^{REFERENCE.pattern}$",
                metadata={"pydantic_js_updates": {"description": "A reference that you were shown: [secret:NAME]"}},
            ),
            serialization=core_schema.to_string_ser_schema(),
        )
