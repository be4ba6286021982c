"""Which findings speak of the same kind of weakness: CWE numbers in groups, and the families of rules."""

import re

_CWE_NUMBER = re.compile(r"\s*(?:cwe)?[\s:_-]*0*([1-9][0-9]{0,4})\b", re.IGNORECASE)

_GROUPS: dict[str, tuple[int, ...]] = {
    "sql": (89, 90, 564, 643, 943),
    "command": (77, 78, 88),
    "code": (94, 95, 96, 98, 913),
    "markup": (79, 80, 83, 116, 1336),
    "path": (22, 23, 36, 59, 73, 434),
    "deserialisation": (502,),
    "request": (601, 918),
    "xml": (611, 776, 827),
    "secret": (256, 257, 259, 260, 312, 321, 522, 540, 798),
    "cryptography": (310, 326, 327, 328, 330, 335, 338, 759, 760, 916),
    "certificate": (295, 297, 319, 757),
    "exposure": (200, 201, 209, 215, 359, 489, 532),
    "temporary-file": (377, 378, 379),
    "access": (269, 284, 285, 287, 288, 306, 352, 425, 639, 732, 862, 863),
}
_GROUP_OF = {number: name for name, numbers in _GROUPS.items() for number in numbers}

BROAD_FAMILIES = frozenset({"complexity", "conventions", "dependencies", "licences", "performance", "style", "tests"})
"""Families in which one line can carry several unlike matters: there only the same rule is the same matter."""


def cwe_named(text: str) -> str | None:
    """Return ``CWE-89`` for any usual way to write it (``89``, ``cwe 089``, ``CWE-89: SQL …``), else None."""
    match = _CWE_NUMBER.match(text)
    return f"CWE-{match.group(1)}" if match else None


def weakness_group(cwe: str) -> str:
    """Return the group of a CWE, such as ``sql``; one that stands in no group is a group of its own."""
    number = int(cwe.removeprefix("CWE-"))
    return _GROUP_OF.get(number, cwe.lower())


def family(rule: str) -> str:
    """Return what stands before the first slash of a rule: ``injection`` of ``injection/sql-string``."""
    return rule.partition("/")[0]


def rule_name(rule: str) -> str:
    """Return what stands after the first slash of a rule, or the whole where there is none."""
    head, _, tail = rule.partition("/")
    return tail or head
