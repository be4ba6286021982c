"""What is wrong with how dependencies are declared is told; what nobody looked up is never called clean."""

import json

import pytest

from holdfast.apps.review.analysers.dependencies import DependenciesInspector
from holdfast.apps.review.analysers.subject import Conclusion
from tests.apps.review.analysers.inspecting import conclude, subject

LICENCE = {"LICENSE": "MIT\n"}


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody can be asked for known vulnerabilities."""
    for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")


def concluded(tree: dict[str, str]) -> Conclusion:
    """Judge a project that has a licence."""
    return conclude(DependenciesInspector(), LICENCE | tree)


def told(conclusion: Conclusion) -> list[tuple[str, str, int]]:
    return sorted((seen.rule.id, given.path, seen.line) for given, seen in conclusion.sightings)


def test_a_dependency_without_any_version_is_told_with_its_name() -> None:
    conclusion = concluded({"requirements.txt": "# what we need\nrequests>=2,<3\nflask\n"})
    assert told(conclusion) == [
        ("dependency-unpinned", "requirements.txt", 3),
        ("requirements-not-exact", "requirements.txt", 2),
    ]
    details = {seen.rule.id: seen.detail for _, seen in conclusion.sightings}
    assert details == {"dependency-unpinned": "1 of 2: flask.", "requirements-not-exact": "1 of 2: requests."}


@pytest.mark.parametrize(
    "tree",
    [
        {"requirements.txt": "requests @ https://a.example/requests-1.0.tar.gz\n--require-hashes\n"},
        {"package.json": json.dumps({"private": True, "dependencies": {"a": "^1.0.0"}}), "package-lock.json": "{}"},
        {"go.mod": "module x\n\nrequire (\n\texample.com/a v1.2.3\n)\n", "go.sum": "x\n"},
        {"Cargo.toml": '[package]\nname = "x"\nlicense = "MIT"\n[dependencies]\na = "1.0"\n', "Cargo.lock": "x\n"},
        {
            "pyproject.toml": '[project]\nname = "x"\nlicense = "MIT"\ndependencies = ["a>=1"]\n',
            "uv.lock": "version = 1\n",
        },
        {"README.md": "# nothing to declare\n"},
    ],
)
def test_a_well_kept_project_has_nothing_told(tree: dict[str, str]) -> None:
    assert told(concluded(tree)) == []


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        ("package.json", '{\n "dependencies": {\n  "left": "*",\n  "right": "^1.0.0"\n }\n}', 3),
        ("Cargo.toml", '[dependencies]\nleft = "*"\n', 2),
        ("pyproject.toml", '[project]\ndependencies = [\n  "left",\n]\n', 3),
        ("pyproject.toml", '[tool.poetry.dependencies]\npython = "^3.11"\nleft = "*"\n', 3),
        ("setup.cfg", "[options]\ninstall_requires =\n    left\n", 3),
        ("setup.py", "from setuptools import setup\nsetup(install_requires=['left'])\n", 2),
        ("Pipfile", '[packages]\nleft = "*"\n', 2),
        ("requirements/base.txt", "left\n", 1),
    ],
)
def test_every_kind_of_manifest_is_read(path: str, text: str, line: int) -> None:
    assert ("dependency-unpinned", path, line) in told(concluded({path: text}))


def test_an_application_without_a_lock_is_told() -> None:
    tree = {"web/package.json": '{\n "dependencies": {\n  "left": "^1.0.0"\n }\n}'}
    assert told(concluded(tree)) == [("no-lock-file", "web/package.json", 3)]
    assert told(concluded(tree | {"package-lock.json": "{}"})) == []
    assert told(concluded(tree | {"other/package-lock.json": "{}"})) == [("no-lock-file", "web/package.json", 3)]


def test_manifests_that_exclude_each_other_are_told() -> None:
    tree = {
        "requirements.txt": "django==4.2\nrequests==2.0\n",
        "pyproject.toml": '[project]\ndependencies = ["Django>=5"]\n',
    }
    conclusion = concluded(tree)
    assert ("dependency-conflict", "requirements.txt", 1) in told(conclusion)
    (detail,) = [seen.detail for _, seen in conclusion.sightings if seen.rule.id == "dependency-conflict"]
    assert detail == "django: ==4.2 here, >=5 in pyproject.toml, line 2."


def test_manifests_that_agree_and_conditional_ones_are_no_conflict() -> None:
    tree = {
        "requirements.txt": "django==5.1\nnumpy==1.26; python_version < '3.12'\n",
        "other-requirements.txt": "django>=5,<6\nnumpy==2.1; python_version >= '3.12'\n",
    }
    assert "dependency-conflict" not in {rule for rule, _, _ in told(concluded(tree))}


def test_a_lock_that_does_not_fit_its_manifest_is_told() -> None:
    tree = {
        "pyproject.toml": '[project]\nlicense = "MIT"\ndependencies = ["a>=2"]\n',
        "poetry.lock": '[[package]]\nname = "a"\nversion = "1.9"\n\n[[package]]\nname = "b"\nversion = "1.0"\n',
    }
    assert told(concluded(tree)) == [("lock-out-of-date", "poetry.lock", 2)]


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("--index-url http://packages.shop.io/simple", "dependency-from-unsafe-source"),
        ("--extra-index-url https://packages.shop.io/simple", "second-package-index"),
        ("git+http://code.shop.io/a.git#egg=a", "dependency-from-unsafe-source"),
        ("git+https://code.shop.io/a.git#egg=a", "dependency-from-unsafe-source"),
    ],
)
def test_packages_from_where_they_can_be_replaced_are_told(line: str, rule: str) -> None:
    assert (rule, "requirements.txt", 1) in told(concluded({"requirements.txt": f"{line}\n"}))


def test_a_commit_on_an_encrypted_connection_is_a_safe_source() -> None:
    line = "a @ git+https://code.shop.io/a.git@0123456789abcdef0123456789abcdef01234567"
    assert told(concluded({"requirements.txt": f"{line}\n"})) == []


def test_a_project_without_a_licence_is_told_at_its_name() -> None:
    tree = {"pyproject.toml": '[build-system]\nrequires = []\n\n[project]\nname = "x"\n'}
    conclusion = conclude(DependenciesInspector(), tree)
    assert told(conclusion) == [("licence-missing", "pyproject.toml", 4)]
    assert told(concluded(tree)) == []


def test_dependencies_of_other_ecosystems_are_not_audited_and_said_so() -> None:
    tree = {
        "package.json": '{"private": true, "dependencies": {"left": "1.0.0"}}',
        "package-lock.json": "{}",
        "go.mod": "module x\nrequire example.com/a v1.2.3\n",
        "go.sum": "x\n",
    }
    assert [(each.name, each.version, each.reason) for each in concluded(tree).not_audited] == [
        ("example.com/a", "v1.2.3", "no database is asked for go"),
        ("left", "1.0.0", "no database is asked for npm"),
    ]


def test_a_python_dependency_without_an_exact_version_is_not_audited() -> None:
    (each,) = concluded({"requirements.txt": "flask>=2\n"}).not_audited
    assert (each.name, each.version, each.line, each.reason) == ("flask", ">=2", 1, "no exact version is declared")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("pyproject.toml", "[project\n"),
        ("package.json", "{"),
        ("package.json", "[1, 2]"),
        ("Cargo.toml", "=\n"),
        ("setup.py", "def (:\n"),
        ("setup.cfg", "no section\n"),
        ("uv.lock", "[[package]\n"),
        ("Pipfile.lock", "nonsense"),
    ],
)
def test_a_manifest_that_does_not_parse_is_a_problem_at_most(path: str, text: str) -> None:
    inspector = DependenciesInspector()
    found = inspector.inspect(subject(path, text))
    assert [problem.reason for problem in found.problems] in ([], ["not parsable as a manifest"])
    assert found.problems or text == "[1, 2]"
    inspector.conclude()


def test_manifests_nobody_reads_are_named() -> None:
    assert "manifests that are not read: Bundler, Maven" in concluded({"pom.xml": "<x/>", "Gemfile": "x\n"}).notes


def test_requirements_continued_over_lines_keep_their_first_line() -> None:
    text = "# pins\nrequests>=2.0 \\\n    --hash=sha256:abc \\\n    --hash=sha256:def  # two\nflask\n"
    assert ("dependency-unpinned", "requirements.txt", 5) in told(concluded({"requirements.txt": text}))
