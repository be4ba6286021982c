"""The expression language: what it says, and what it refuses and why."""

import pytest

from holdfast.kernel.errors import ExpressionError
from holdfast.kernel.expression import parse

SCOPE: dict[str, object] = {
    "scan": {
        "findings": [{"path": "a.py", "severity": "high", "n": 3}, {"path": "b.py", "severity": "low", "n": 1}],
        "a key": 5,
        "from": "x",
        "note": None,
    },
    "files": ["b", "a", "b"],
    "limit": 2,
    "pair": (1, (2, 3)),
}


def value(text: str, **scope: object) -> object:
    return parse(text).evaluate(scope or SCOPE)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("scan.findings[0].path", "a.py"),
        ('scan["a key"] + limit', 7),
        ("scan['from']", "x"),
        ("scan.findings[-1]['n']", 1),
        ('"abc"[1]', "b"),
        ("0 < limit <= 2 < 10", True),
        ('"a" in files and "z" not in files', True),
        ('"findings" in scan', True),
        ('"bc" in "abcd"', True),
        ("limit and files", ["b", "a", "b"]),
        ("[] or 0 or None", None),
        ("not files", False),
        ("7 // 2 + 7 % 2 - -1 * 2.0 / 4", 4.5),
        ('"a" + "b"', "ab"),
        ("files + [limit]", ["b", "a", "b", 2]),
        ('"many" if len(scan.findings) > 1 else "few"', "many"),
        ('[f.path for f in scan.findings if f.severity == "high"]', ["a.py"]),
        ("[limit * n for n in [1, 2, 3]]", [2, 4, 6]),
        ('any(f.severity == "high" for f in scan.findings)', True),
        ('all([f.n > 2 for f in scan.findings]) == (not "x")', True),
        ("sum([f.n for f in scan.findings])", 4),
        ("sum(f.n > 2 for f in scan.findings)", 1),
        ("{'limit': limit, 'files': unique(files)}", {"limit": 2, "files": ["b", "a"]}),
        ("min(3, 1, 2) + max([1, 5])", 6),
        ("sorted(files)", ["a", "b", "b"]),
        ("[round(2.567, 1), round(2.5), abs(-3)]", [2.6, 2, 3]),
        ('[str(1.5), str(None), int("7"), float("1.5")]', ["1.5", "None", 7, 1.5]),
        ('[lower("AB"), upper("ab"), startswith("abc", "ab"), endswith("abc", "ab")]', ["ab", "AB", True, False]),
        ('contains(files, "a") and contains("abc", "c") and contains(scan, "note")', True),
        ("[keys({'a': 1}), values({'a': 1})]", [["a"], [1]]),
        ("unique([1, [1], 1.0, [1], {'a': 1}, {'a': 1}])", [1, [1], {"a": 1}]),
        ("flatten([[1], [], [2, [3]]])", [1, 2, [3]]),
        ("[first(files), first([], 9), first([1], 9)]", ["b", 9, 1]),
        ('get(scan, "findings.1.path")', "b.py"),
        ('[get(scan, "findings.7.path", 0), get(scan, "x.y"), get(None, "x", 1)]', [0, None, 1]),
        (
            "[defined(scan.findings[0].n), defined(scan.nope.n), defined(nope), defined(scan.note.n)]",
            [True] + 3 * [False],
        ),
        ("pair == [1, [2, 3]]", True),
        ("pair", [1, [2, 3]]),
        ("scan.findings == scan.findings and scan.findings != files", True),
        ("(\n  limit +\n  1\n)", 3),
        ("  limit  ", 2),
        ("[n for n in files if n != 'b'] + [n for n in [[m for m in [1, 2]]]]", ["a", [1, 2]]),
    ],
)
def test_an_expression_gives_the_value_it_spells(text: str, expected: object) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "found nothing; allowed are"),
        ("1 +", "column 1: invalid syntax; allowed are"),
        ("scan.from", "column 6: invalid syntax; allowed are"),
        ("limit ** 2", "column 1: this is not part of the language; powers are not computed"),
        ("1 + (2, 3)[0]", "column 5: .*write a list"),
        ('"é" + {1}', r"column 7: .*write a list"),
        ("scan is None", "write == or !="),
        ("f'{scan}'", "join texts with"),
        ("lambda: 1", "call no code of others"),
        ("files[0:1]", "only single items"),
        ("~limit", "not part of the language"),
        ("+limit", "not part of the language"),
        ("(x := 1)", "not part of the language"),
        ("{**scan}", r"expected key: value, found \*\*"),
        ("[1, *files]", "not part of the language"),
        ("{x: 1 for x in files}", "only lists are made"),
        ("(x for x in files)", "put it in square brackets"),
        ("[x for x in files for y in files]", "expected one 'for' with at most one 'if'"),
        ("[x for x in files if x if x]", "expected one 'for' with at most one 'if'"),
        ("[a for a, b in files]", "single name after 'for'"),
        ("files.append(1)", r"expected append\(value\), found a call on a value"),
        ("open('x')", "expected a function, one of defined, abs, all"),
        ("files[0]()", "expected a function, one of"),
        ("sorted(files, reverse=True)", "by position only"),
        ("max(*files)", "by position only"),
        ("len()", r"expected len\(text_or_list_or_dict\), found 0 arguments"),
        ("defined(1 + 1)", r"expected a name, field or item: defined\(a.b\)"),
        ("defined(a, b)", "expected a function, one of"),
        ("b'x'", "expected a number, text, True, False or None"),
        ("...", "expected a number, text"),
        ("1j", "expected a number, text"),
        ("1e999", "this number is too large"),
        ("9" * 100, "this number is too large"),
        ("(\n1 +\n ~2)", "line 3, column 2: "),
        ("\x00", "column 1: "),
        ("\ud800", "column 1: "),
    ],
)
def test_what_is_no_expression_is_refused_with_its_place_and_what_is_allowed(text: str, says: str) -> None:
    with pytest.raises(ExpressionError, match=says):
        parse(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("nope", "'nope' is not known here: expected one of 'scan', 'files', 'limit', 'pair'"),
        ("scan.nope", "scan.nope: no field 'nope'; found 'findings', 'a key', 'from', 'note'"),
        ("scan.findings.path", "expected a dict with a field 'path', found a list of 2"),
        ("scan.note.x", "expected a dict with a field 'x', found None"),
        ("files[3]", "no item 3; found a list of 3"),
        ("files['a']", "expected a list with a whole number, or a dict with a text"),
        ("files[True]", "expected a list with a whole number"),
        ("limit + 'a'", "expected two numbers around [+], two texts or two lists, found the number 2 and the text 'a'"),
        ("'a' * 3", "expected two numbers around [*], found"),
        ("True + 1", "expected two numbers around"),
        ("-'a'", "expected a number after -"),
        ("limit / 0", "expected a number other than zero after /, found 0"),
        ("1e308 * 10", "expected a finite number, found inf"),
        ("limit < 'a'", "expected two numbers or two texts around <"),
        ("limit in 3", "expected an item and a list"),
        ("{limit: 1}", "expected a text as key of a dict, found the number 2"),
        ("[x for x in scan]", "expected a list after 'for x in', found a dict with 'findings'"),
        ("max([])", r"max\(list\): expected at least one value, found an empty list"),
        ("max(1, 'a')", "expected numbers only or texts only, found numbers, texts"),
        ("sorted([None])", "expected numbers only or texts only, found None"),
        ("sum(['a'])", "expected numbers or truth values, found the text 'a'"),
        ("first([])", "give a default as second argument"),
        ("int('x')", "expected a number, or a text that spells one, found the text 'x'"),
        ("float('nan')", "expected a finite number"),
        ("round(1.5, 99)", "expected a whole number of digits, 15 at most"),
        ("len(1)", "expected a text, list or dict, found the number 1"),
        ("lower(1)", "expected a text, found the number 1"),
        ("flatten([1])", "expected a list, found the number 1"),
        ("keys([1])", "expected a dict, found a list of 1"),
        ("str([1])", "found a list of 1"),
    ],
)
def test_what_has_no_value_says_what_was_expected_and_found(text: str, says: str) -> None:
    with pytest.raises(ExpressionError, match=says) as caught:
        value(text)
    assert repr(text)[:40] in str(caught.value)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("1 + 1", set()),
        ("a.b + c[d]", {"a", "c", "d"}),
        ("[x.y for x in xs if x.n > low]", {"xs", "low"}),
        ("[x for x in x]", {"x"}),
        ("[[y for y in x] for x in xs] + [y]", {"xs", "y"}),
        ("len(len)", {"len"}),
        ("defined(maybe.b) and get(d, 'a.b', e)", {"maybe", "d", "e"}),
    ],
)
def test_the_free_names_are_known_before_anything_runs(text: str, names: set[str]) -> None:
    assert parse(text).names == names


def test_an_expression_is_a_value() -> None:
    one, other = parse("a + 1"), parse(" a + 1 ")
    assert one == other
    assert hash(one) == hash(other)
    assert one != parse("a  + 1")
    assert str(one) == "a + 1"
    assert parse("a + 1") is one
