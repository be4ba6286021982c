"""English words: what a request is about, which colours and orders it names, and which words say nothing."""

import re
from decimal import Decimal
from difflib import get_close_matches

_WORD = re.compile(r"[a-z][a-z'-]*")
ORDER_ID = re.compile(r"\b[A-Za-z]-\d{3,8}\b")
_FIGURE = re.compile(r"[+-]?[\d.,]*\d(?:e\d+)?", re.IGNORECASE)
_AMOUNT = re.compile(r"(?:\d{1,9}|\d{1,3}(?:,\d{3})+)(?:\.\d{1,2})?")
_AROUND_FIGURES = "€$£.,!?;:()'\""
COLOURS = frozenset(
    ["black", "blue", "brown", "gold", "green", "grey", "gray", "orange", "red", "white", "yellow", "pink", "purple"]
)
SAYS_NOTHING = frozenset(
    """a about again all also am an and another any are as at back be been before but by can could did do does dont
    first for from get give go good had has have hello hey hi how i id if im in into is it its ive just know last
    latest let like long me more most much my need new newest now of off on one or our out over please recent same so
    some something tell thank thanks that the them then there these they thing things this those to too up us very
    want was we what when where which while who whole why will with would you your""".split()  # noqa: SIM905
)
_TYPO_LETTERS_MIN = 5
_ALIKE = 0.8


def words(text: str) -> list[str]:
    """Return the words of a text in small letters, without apostrophes."""
    return [word.replace("'", "") for word in _WORD.findall(text.lower())]


def stem(word: str) -> str:
    """Return a word without the ending of its plural or past."""
    for ending in ("ies", "es", "s", "ed", "ing"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)] + ("y" if ending == "ies" else "")
    return word


def telling(text: str, besides: frozenset[str] = frozenset()) -> list[str]:
    """Return the words that say something, each once; none of ``besides``."""
    return list(dict.fromkeys(word for word in words(text) if word not in SAYS_NOTHING and word not in besides))


def corrected(word: str, vocabulary: frozenset[str]) -> str:
    """Return the word of the vocabulary that ``word`` is a slip of, else ``word``."""
    if len(word) < _TYPO_LETTERS_MIN or word in vocabulary:
        return word
    return next(iter(get_close_matches(word, sorted(vocabulary), 1, _ALIKE)), word)


def order_ids(text: str) -> list[str]:
    """Return the numbers of orders in a text, each once."""
    return list(dict.fromkeys(found.upper() for found in ORDER_ID.findall(text)))


def figures(text: str) -> list[str]:
    """Return the words of a text that are numbers, however they are written."""
    said = (word.strip(_AROUND_FIGURES) for word in text.split())
    return [word for word in said if _FIGURE.fullmatch(word)]


def amount_of(figure: str) -> Decimal | None:
    """Return the money that a figure stands for; None if it can be read in two ways, or is none."""
    return Decimal(figure.replace(",", "")) or None if _AMOUNT.fullmatch(figure) else None


def alike(wanted: list[str], text: str) -> int:
    """Return how many of the wanted words a text holds, whatever their endings."""
    held = {stem(word) for word in words(text)}
    return sum(stem(word) in held for word in wanted)
