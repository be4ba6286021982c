"""What a name says about what it holds: a secret, a person's data, or nothing of the kind."""

import ast
import re

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")

_SECRET = frozenset(
    (
        ("password",),
        ("passwd",),
        ("pwd",),
        ("passphrase",),
        ("passcode",),
        ("pin", "code"),
        ("secret",),
        ("client", "secret"),
        ("api", "key"),
        ("apikey",),
        ("secret", "key"),
        ("private", "key"),
        ("signing", "key"),
        ("access", "token"),
        ("auth", "token"),
        ("api", "token"),
        ("refresh", "token"),
        ("session", "token"),
        ("reset", "token"),
        ("csrf", "token"),
        ("bearer", "token"),
        ("id", "token"),
        ("jwt",),
        ("otp",),
        ("session", "id"),
        ("session", "key"),
        ("credentials",),
    )
)
_PERSONAL = frozenset(
    (
        ("email",),
        ("email", "address"),
        ("e", "mail"),
        ("ssn",),
        ("social", "security", "number"),
        ("phone",),
        ("phone", "number"),
        ("date", "of", "birth"),
        ("birth", "date"),
        ("birthdate",),
        ("birthday",),
        ("dob",),
        ("credit", "card"),
        ("card", "number"),
        ("card", "holder"),
        ("cvv",),
        ("cvc",),
        ("iban",),
        ("passport",),
        ("passport", "number"),
        ("home", "address"),
        ("postal", "address"),
        ("street", "address"),
        ("tax", "id"),
        ("national", "id"),
        ("medical", "record"),
    )
)
_LONGEST = 3


def words_of(identifier: str) -> tuple[str, ...]:
    """Take a name apart, in snake or camel case."""
    return tuple(word.lower() for word in _WORDS.findall(identifier))


def is_secret_name(identifier: str) -> bool:
    """Whether a name ends in what is kept secret: ``user_password``, not ``password_length``."""
    return _ends_in(words_of(identifier), _SECRET)


def is_personal_name(identifier: str) -> bool:
    """Whether a name ends in what tells about a person."""
    return _ends_in(words_of(identifier), _PERSONAL)


def last_identifier(node: ast.AST) -> str:
    """Return the name nearest to the value: of a variable, an attribute, or a constant key."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(attr=name):
            return name
        case ast.Subscript(slice=ast.Constant(value=str(name))):
            return name
        case ast.Call(func=ast.Attribute(attr="get" | "getlist" | "pop"), args=[ast.Constant(value=str(name)), *_]):
            return name
        case _:
            return ""


def _ends_in(words: tuple[str, ...], meanings: frozenset[tuple[str, ...]]) -> bool:
    return any(words[-count:] in meanings for count in range(1, _LONGEST + 1))
