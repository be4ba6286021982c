"""The rules of STYLE.md that a machine can check, each a function from parsed modules to the places that break it."""

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

FILE_LINES_MAX = 400
FILE_LINES_P90 = 250
FUNCTION_LINES_MAX = 50
PROTOCOL_METHODS_MAX = 5
PROSE_CHARACTERS_MAX = 300
GATHERING_NAMES = frozenset({"util", "utils", "helper", "helpers", "common", "base", "manager", "managers", "misc"})
LAYERS = {"intent": 1, "orchestration": 2, "execution": 3, "integration": 4}

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Module:
    """One source file: its path below `src/holdfast`, its text and its tree."""

    path: str
    text: str
    tree: ast.Module

    @property
    def lines(self) -> int:
        return len(self.text.splitlines())


@dataclass(frozen=True, slots=True)
class Breach:
    """A place that breaks a rule, said so that the reader knows what to do."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


Rule = Callable[[Module], Iterator[Breach]]


def parse(root: Path) -> list[Module]:
    """Every Python file under `root`, in order of path."""
    texts = ((path, path.read_text(encoding="utf-8")) for path in sorted(root.rglob("*.py")))
    return [Module(path.relative_to(root).as_posix(), text, ast.parse(text)) for path, text in texts]


def is_short_enough(module: Module) -> Iterator[Breach]:
    """No file is longer than one can keep in mind."""
    if module.lines > FILE_LINES_MAX:
        yield Breach(
            module.path, module.lines, f"{module.lines} lines, at most {FILE_LINES_MAX}: cut it where it changes"
        )


def lines_p90(modules: Iterable[Module]) -> int:
    """The length that nine files of ten stay within."""
    lengths = sorted(module.lines for module in modules)
    return lengths[max(0, -(-len(lengths) * 9 // 10) - 1)] if lengths else 0


def functions_fit_a_screen(module: Module) -> Iterator[Breach]:
    for function in functions(module.tree):
        length = (function.end_lineno or function.lineno) - function.lineno + 1
        if length > FUNCTION_LINES_MAX:
            yield Breach(
                module.path, function.lineno, f"{function.name} has {length} lines, at most {FUNCTION_LINES_MAX}"
            )


def has_docstring(module: Module) -> Iterator[Breach]:
    text = ast.get_docstring(module.tree)
    if not text or not text.splitlines()[0].strip():
        yield Breach(module.path, 1, "no docstring: its first line states the one reason this module has to change")


def imports_at_the_top(module: Module) -> Iterator[Breach]:
    """No import hides in a function, except where a late one is the point: the root, the CLI, the lazy public names."""
    if module.path.startswith(("runtime/", "surfaces/cli/")):
        return
    late = {
        node.lineno: function.name
        for function in functions(module.tree)
        if not (module.path == "__init__.py" and function.name == "__getattr__")
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    for line, name in late.items():
        yield Breach(module.path, line, f"import inside {name}: move it to the top of the file")


def names_no_type_checking(module: Module) -> Iterator[Breach]:
    for node in ast.walk(module.tree):
        match node:
            case ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING") | ast.alias(name="TYPE_CHECKING"):
                yield Breach(module.path, node.lineno, "TYPE_CHECKING hides a cycle: cut the cycle instead")
            case _:
                pass


def is_named_for_what_it_holds(module: Module) -> Iterator[Breach]:
    for part in Path(module.path).with_suffix("").parts:
        if GATHERING_NAMES & set(part.split("_")):
            yield Breach(module.path, 1, f"'{part}' gathers strangers: name the thing, or move each part home")


def protocols_are_small(module: Module) -> Iterator[Breach]:
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.ClassDef) or "Protocol" not in map(base_name, node.bases):
            continue
        methods = {part.name for part in node.body if isinstance(part, Function)}
        if len(methods) > PROTOCOL_METHODS_MAX:
            yield Breach(
                module.path, node.lineno, f"{node.name} asks for {len(methods)} methods, at most 5: split the port"
            )


def layers_introduce_themselves(module: Module) -> Iterator[Breach]:
    name, _, rest = module.path.partition("/")
    if rest != "__init__.py" or name not in LAYERS:
        return
    opening = f"Layer {LAYERS[name]} of 4 ·"
    if not (ast.get_docstring(module.tree) or "").startswith(opening):
        yield Breach(module.path, 1, f"the docstring opens with '{opening}'")


def broad_excepts(module: Module) -> list[int]:
    """The lines that catch everything and keep it: bare, `Exception`, `BaseException`, or `suppress` of one of them.

    A handler that ends by raising what it caught has only tidied up, and is nobody's edge.
    """
    lines = []
    for node in ast.walk(module.tree):
        match node:
            case ast.ExceptHandler(body=[*_, ast.Raise(exc=None)]):
                pass
            case ast.ExceptHandler(type=None):
                lines.append(node.lineno)
            case ast.ExceptHandler(type=caught) if caught is not None and catches_everything(caught):
                lines.append(node.lineno)
            case ast.Call(func=func, args=args) if base_name(func) == "suppress" and any(map(catches_everything, args)):
                lines.append(node.lineno)
            case _:
                pass
    return lines


def broad_excepts_are_declared(modules: Iterable[Module], declared: Mapping[str, str]) -> Iterator[Breach]:
    """Only the declared edges catch everything, and each of them still does."""
    found = {module.path: lines for module in modules if (lines := broad_excepts(module))}
    for path, lines in found.items():
        if path not in declared:
            for line in lines:
                yield Breach(
                    path, line, "catches everything: name what you can handle, or declare a new edge and its reason"
                )
    for path in sorted(declared.keys() - found.keys()):
        yield Breach(path, 0, "declared as an edge that catches everything, and does not: strike it from the list")


# --- prose ---

SMALL_WORD = re.compile(
    r"\b(a|an|and|are|as|at|be|by|for|from|if|in|is|it|not|of|on|or|that|the|this|to|what|with|you|your)\b",
    re.IGNORECASE,
)
ADDRESSED_TO_A_MODEL = re.compile(
    r"\byou are an? |\byou will be given\b|\byour (task|job|role|goal) is\b|\b(respond|reply|answer) only\b"
    r"|\bthink step by step\b|\boutput only\b|\bdo not (invent|guess|make up)\b|\bact as an? ",
    re.IGNORECASE,
)
SENTENCE_END = re.compile(r"[.!?](\s|$)")


def holds_no_prompt(module: Module) -> Iterator[Breach]:
    """Text for a model is a file in `prompts/`; docstrings are text for people and stay where they are."""
    for line, text in string_constants(module.tree):
        if is_long_prose(text):
            yield Breach(module.path, line, f"{len(text)} characters of prose: make it a file in prompts/")
        elif len(SENTENCE_END.findall(text)) > 1 and ADDRESSED_TO_A_MODEL.search(text):
            yield Breach(module.path, line, "speaks to a model: make it a file in prompts/")


def is_long_prose(text: str) -> bool:
    """Whether a text is natural language (not SQL, a pattern, a table): sentences held together by small words."""
    words = re.findall(r"[A-Za-z']+", text)
    is_spoken = len(SMALL_WORD.findall(text)) >= 0.2 * len(words)
    return len(text) > PROSE_CHARACTERS_MAX and len(SENTENCE_END.findall(text)) > 1 and is_spoken


def string_constants(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Each string in the code with its line, formatted ones whole, docstrings and lone strings left out."""
    parts_of_larger = set[ast.AST]()
    for node in ast.walk(tree):
        if node in parts_of_larger:
            continue
        match node:
            case ast.Expr(value=ast.Constant(value=str()) as lone):
                parts_of_larger.add(lone)
            case ast.JoinedStr(values=values):
                parts_of_larger.update(values)
                texts = [value.value for value in values if isinstance(value, ast.Constant)]
                yield node.lineno, "".join(map(str, texts))
            case ast.Constant(value=str(text)):
                yield node.lineno, text
            case _:
                pass


# --- reading trees ---


def functions(tree: ast.Module) -> Iterator[Function]:
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def base_name(node: ast.expr) -> str:
    """The last name of `typing.Protocol[T]`, `contextlib.suppress`, `Exception`."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(attr=name):
            return name
        case ast.Subscript(value=value):
            return base_name(value)
        case _:
            return ""


def catches_everything(node: ast.expr) -> bool:
    caught = node.elts if isinstance(node, ast.Tuple) else [node]
    return not {"Exception", "BaseException"}.isdisjoint(map(base_name, caught))


RULES: tuple[Rule, ...] = (
    is_short_enough,
    functions_fit_a_screen,
    has_docstring,
    imports_at_the_top,
    names_no_type_checking,
    is_named_for_what_it_holds,
    protocols_are_small,
    layers_introduce_themselves,
    holds_no_prompt,
)
