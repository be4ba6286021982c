"""Reading upwards: where a value comes from, in the languages a reader meets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.apps.review.offline.flow import trail_of
from holdfast.apps.review.offline.idioms import Origin, assignment_in, cleaned_in, function_headed, names_in, origin_in


def lines(text: str) -> dict[int, str]:
    return dict(enumerate(text.split("\n"), start=1))


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ('db.execute("select " + name)', {"name"}),
        ('db.execute(f"select {name} from {table.lower()}")', {"name", "table"}),
        ("exec(`ls ${folder}`)", {"folder"}),
        ('system("rm $path")', {"$path"}),
        ('os.system("ls")', set()),
        ("run(value, timeout=limit)", {"value", "limit"}),
        ("name.strip()", {"name"}),
        ('template.replace("a", b)', {"template", "b"}),
        ("a == b", {"a", "b"}),
        ("user.name", {"user"}),
        ("return None if not x else 3", {"x"}),
    ],
)
def test_the_values_a_piece_of_code_uses(code: str, names: set[str]) -> None:
    assert names_in(code) == names


@pytest.mark.parametrize(
    "code",
    [
        'request.args["x"]',
        "request.GET.get('x')",
        "req.query.name",
        "$_POST['x']",
        "params[:id]",
        'r.FormValue("x")',
        'request.getParameter("x")',
        "self.get_argument('x')",
        "connection.recv(100)",
    ],
)
def test_what_reads_a_request(code: str) -> None:
    assert origin_in(code) is Origin.REQUEST


@pytest.mark.parametrize("code", ["sys.argv[1]", "process.argv", "os.Args[1]", "input('name')", "parser.parse_args()"])
def test_what_reads_the_command_line(code: str) -> None:
    assert origin_in(code) is Origin.COMMAND_LINE


@pytest.mark.parametrize("code", ["self.input(x)", "my_request.argsy", "x = requests.get(u)", "self.path", "argv"])
def test_what_only_looks_like_a_source(code: str) -> None:
    assert origin_in(code) is None


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("def find(db):", "find"),
        ("    async def find(self,", "find"),
        ("export async function find(a) {", "find"),
        ("func (s *Store) Find(name string) error {", "Find"),
        ("const find = async (a, b) => {", "find"),
        ("    public static function find($a)", "find"),
        ("fn find<T>(a: T) -> T {", "find"),
        ("x = find(y)", ""),
        ("if (a) {", ""),
        ("find(a, b)", ""),
    ],
)
def test_the_head_of_a_function(line: str, name: str) -> None:
    assert function_headed(line) == name


@pytest.mark.parametrize(
    ("line", "targets", "value"),
    [
        ("x = y", {"x"}, "y"),
        ("  const x = y;", {"x"}, "y;"),
        ("x: str = y", {"x"}, "y"),
        ("x += y", {"x"}, "y"),
        ("a, b = c", {"a", "b"}, "c"),
        ("x := y", {"x"}, "y"),
        ("self.x = y", {"self"}, "y"),
        ("for item in items:", {"item"}, "items:"),
        ("for (const item of items) {", {"item"}, "items) {"),
    ],
)
def test_what_a_line_assigns(line: str, targets: set[str], value: str) -> None:
    said = assignment_in(line)
    assert said is not None
    assert set(said.targets) == targets
    assert said.value == value


@pytest.mark.parametrize("line", ["x == y", "if x:", "return x", "f(x)", "x <= y", "x != y"])
def test_what_assigns_nothing(line: str) -> None:
    assert assignment_in(line) is None


def test_a_trail_leads_over_assignments_to_the_source_in_any_of_the_languages() -> None:
    python = "def v(request):\n    a = request.GET['x']\n    b = a + 'y'\n    run(b)"
    script = "app.get('/x', (req, res) => {\n  const a = req.query.x;\n  const b = `ls ${a}`;\n  exec(b);"
    php = "function v() {\n  $a = $_GET['x'];\n  $b = \"select $a\";\n  query($b);"
    for text in (python, script, php):
        trail = trail_of(lines(text), 4, 4)
        assert trail.origin is Origin.REQUEST
        assert [hop.line for hop in trail.hops] == [2, 3]


def test_a_name_that_is_set_to_something_fixed_ends_the_trail() -> None:
    trail = trail_of(lines("def f():\n    a = 'x'\n    run(a)"), 3, 3)
    assert trail.origin is Origin.CONSTANT


def test_the_parameters_of_a_head_over_several_lines_are_seen() -> None:
    text = "def f(\n    db,\n    name: str = 'x',\n) -> None:\n    run(name)"
    trail = trail_of(lines(text), 5, 5)
    assert (trail.origin, trail.function) == (Origin.PARAMETER, "f")


def test_a_trail_that_leaves_what_was_read_is_not_whole() -> None:
    text = lines("def f(a):\n    b = a\n    pass\n    run(b)")
    del text[1]
    trail = trail_of(text, 4, 4)
    assert (trail.origin, trail.is_whole) == (Origin.UNKNOWN, False)


def test_a_function_beside_is_no_way_to_the_value() -> None:
    text = "def other(name):\n    pass\n\nrun(name)"
    assert trail_of(lines(text), 4, 4).origin is Origin.UNKNOWN


def test_what_cleans_a_value_is_named() -> None:
    text = "def v(request):\n    a = shlex.quote(request.GET['x'])\n    run(a)"
    assert trail_of(lines(text), 3, 3).cleaned_by == "shlex.quote"
    assert cleaned_in("print(x)") == ""


@given(st.dictionaries(st.integers(1, 60), st.text(max_size=80)), st.integers(1, 60), st.integers(0, 5))
def test_whatever_the_lines_are_reading_them_comes_to_an_end(text: dict[int, str], first: int, more: int) -> None:
    trail = trail_of(text, first, first + more)
    assert all(hop.line < first for hop in trail.hops)
    assert [hop.line for hop in trail.hops] == sorted(hop.line for hop in trail.hops)
