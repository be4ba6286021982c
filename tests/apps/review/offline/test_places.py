"""What the place of a line says about it."""

import pytest

from holdfast.apps.review.offline.places import Part, is_accepted, is_comment, is_in_docstring, is_placeholder, part_of


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("src/shop.py", Part.SHIPPED),
        ("src/contest.py", Part.SHIPPED),
        ("tests/test_shop.py", Part.TEST),
        ("src/shop_test.go", Part.TEST),
        ("web/shop.spec.ts", Part.TEST),
        ("src/testing/fake.py", Part.TEST),
        ("docs/conf.py", Part.SAMPLE),
        ("examples/01_first.py", Part.SAMPLE),
    ],
)
def test_the_part_a_file_plays(path: str, part: Part) -> None:
    assert part_of(path) is part


@pytest.mark.parametrize("line", ["# x", "  // x", "/* x", " * x", "<!-- x -->", "-- x", ">>> f(x)"])
def test_a_comment(line: str) -> None:
    assert is_comment(line)


@pytest.mark.parametrize("line", ["x = 1  # x", "#!/bin/sh", "*args", "-x", "a // b", ""])
def test_no_comment(line: str) -> None:
    assert not is_comment(line)


@pytest.mark.parametrize(
    "line",
    [
        "x()  # nosec",
        "x()  # nosec B602",
        "x()  # noqa",
        "x()  # noqa: E501, S602",
        "k = 1  # pragma: allowlist secret",
    ],
)
def test_a_line_marked_as_accepted(line: str) -> None:
    assert is_accepted(line)


@pytest.mark.parametrize("line", ["x()  # noqa: E501", "x()  # not secure", "nosec = x()"])
def test_a_line_not_marked_as_accepted(line: str) -> None:
    assert not is_accepted(line)


@pytest.mark.parametrize(
    "line",
    [
        'KEY = "changeme"',
        'KEY = "<your key>"',
        'KEY = "xxxxxxxx"',
        'KEY = "AKIAIOSFODNN7EXAMPLE"',
        'KEY = os.environ["KEY"]',
        'KEY = os.getenv("KEY")',
        "const key = process.env.KEY;",
        "password: ${DB_PASSWORD}",
    ],
)
def test_a_placeholder(line: str) -> None:
    assert is_placeholder(line)


@pytest.mark.parametrize(
    "line", ['KEY = "hunter2-live"', 'KEY = os.getenv("KEY", "hunter2-live")', 'PASSWORD = "123456"']
)
def test_no_placeholder(line: str) -> None:
    assert not is_placeholder(line)


DOCUMENTED = """def f():
    '''One line, f(x).'''
    text = '''
    f(x)
    '''


class C:
    r'''Several lines.

    f(x)
    '''

    f(x)
""".replace("'''", '"""')


@pytest.mark.parametrize(
    ("number", "expected"), [(2, True), (3, False), (4, False), (9, True), (11, True), (14, False)]
)
def test_what_stands_in_a_docstring(number: int, expected: bool) -> None:
    lines = dict(enumerate(DOCUMENTED.split("\n"), start=1))
    assert is_in_docstring(lines, number) is expected
