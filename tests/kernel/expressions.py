"""Draws texts of the expression language, and scopes to evaluate them in."""

from hypothesis import strategies as st

from holdfast.kernel.expression import functions

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-100, 100)
    | st.floats(-1e6, 1e6, allow_nan=False).map(lambda number: round(number, 3))
    | st.sampled_from(["", "a", "high", "Low", "a key", "12", "é"])
)
FIELDS = st.sampled_from(["a", "b", "n", "items", "a key"])
PLAIN = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(FIELDS, inner, max_size=4),
    max_leaves=12,
)
ROWS = st.lists(st.fixed_dictionaries({"a": st.integers(0, 9), "b": st.sampled_from(["high", "low"])}), max_size=4)
SCOPES = st.fixed_dictionaries(
    {
        "n": st.integers(-9, 9),
        "x": st.floats(-99, 99, allow_nan=False),
        "s": st.sampled_from(["", "high", "a.b"]),
        "numbers": st.lists(st.integers(-9, 9), max_size=5),
        "words": st.lists(st.sampled_from(["a", "b", "high"]), max_size=5),
        "rows": ROWS,
        "d": st.dictionaries(FIELDS, SCALARS, max_size=5),
        "any_value": PLAIN,
    }
)

LITERALS = ["0", "1", "7", "2.5", '"high"', '"a"', '""', "True", "False", "None", "[]", "[1, 2, 2]", '{"a": 1}']
PATHS = ["n", "x", "s", "numbers", "words", "rows", "d", "any_value", "d.a", 'd["a key"]', "rows[0].a", "missing"]
ATOMS = st.sampled_from(LITERALS) | st.sampled_from(PATHS)
NUMBERS = st.sampled_from(["0", "3", "1.5", "n", "x", "len(words)", "sum(numbers)", "max(1, n)", "(n if x > 0 else 2)"])
BINARY = st.sampled_from(["+", "-", "*", "/", "//", "%", "==", "!=", "<", "<=", ">", ">=", "in", "not in", "and", "or"])
CALLS = st.sampled_from(sorted(functions.FUNCTIONS))


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    call = st.builds(
        lambda name, arguments: f"{name}({', '.join(arguments)})", CALLS, st.lists(inner, min_size=1, max_size=3)
    )
    return st.one_of(
        st.builds("({} {} {})".format, inner, BINARY, inner),
        st.builds("({} {} {})".format, NUMBERS, st.sampled_from(["+", "-", "*", "/", "//", "%"]), NUMBERS),
        st.builds("({} {} {} {} {})".format, NUMBERS, BINARY, NUMBERS, st.sampled_from(["<", "==", ">="]), NUMBERS),
        st.builds("(not {})".format, inner),
        st.builds("(-{})".format, NUMBERS),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("[{}, {}]".format, inner, inner),
        st.builds('{{"a": {}, "b": {}}}'.format, inner, inner),
        st.builds("[each.a for each in rows if {}]".format, inner),
        st.builds("[{} for n in numbers]".format, inner),
        st.builds('any(each.b == "high" for each in {})'.format, st.just("rows") | inner),
        st.builds("{}[{}]".format, inner, st.sampled_from(["0", "-1", "n", '"a"'])),
        st.builds("{}.a".format, st.sampled_from(["d", "any_value", "rows[0]", "{}"])),
        st.builds("sorted(numbers + {})".format, inner),
        st.builds("unique([{}, {}, {}])".format, inner, inner, inner),
        call,
    )


TEXTS = st.recursive(ATOMS, _grown, max_leaves=8)
"""Texts that parse, most of them with a value."""

MARKS = ["(", ")", "[", "]", "{", "}", ":", ",", ".", " ", "\n", "\\", "'", '"', '"""', "#", "f'", "\ud800", "\x00"]
SIGNS = ["=", ":=", "**", "*", "-", "~", "@", "...", "==", "<", "0x", "1e999", "1j", "1", "99"]
WORDS = ["a", "é", "lambda", "for", "in", "if", "else", "not", "and", "is", "async", "await", "yield", "None", "len"]
SHREDS = st.lists(
    st.sampled_from(MARKS)
    | st.sampled_from(SIGNS)
    | st.sampled_from(WORDS)
    | st.sampled_from(["defined", "__class__"]),
    max_size=60,
).map("".join)
"""Texts of which hardly any parses."""
