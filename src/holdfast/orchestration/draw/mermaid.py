"""A flow as a Mermaid flowchart: composites as nested subgraphs, guards on the edges of a branch."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from holdfast.orchestration.draw.captions import (
    captions,
    contracts_told,
    kind_word,
    steps_drawn,
    undo_drawn,
)
from holdfast.orchestration.draw.knowledge import NOTHING_KNOWN, Knowledge
from holdfast.orchestration.draw.plans import planned_drawn
from holdfast.orchestration.draw.review_captions import criteria_told, rounds_told
from holdfast.orchestration.draw.standing import done_told, drawn_at, mark, standing
from holdfast.orchestration.flow.nodes import (
    Branch,
    Composite,
    Fallback,
    Graph,
    Handoff,
    Loop,
    Node,
    Saga,
    Vote,
    children,
)
from holdfast.orchestration.flow.nodes import Sequence as Steps
from holdfast.orchestration.flow.review import REVISE, Review

_ESCAPED = str.maketrans({character: f"#{ord(character)};" for character in '"#&<>`\\[](){}|'})
_CLASSES = {
    "running": "fill:#fff3bf,stroke:#e67700,color:#000",
    "done": "fill:#d3f9d8,stroke:#2b8a3e,color:#000",
    "failed": "fill:#ffe3e3,stroke:#c92a2a,color:#000",
    "ended": "fill:#f1f3f5,stroke:#868e96,color:#000",
}


def draw_mermaid(flow: Node, known: Knowledge = NOTHING_KNOWN) -> str:
    """Return the flow as the text of a Mermaid flowchart. Ids are numbers, so no name can break the syntax."""
    drawing = _Drawing(known)
    root = drawing.draw(flow, flow.name, 1)
    if known.review is not None:
        drawing.review(known.review, root)
    return "\n".join(["flowchart TD", *drawing.lines, *drawing.edges, *drawing.styles()]) + "\n"


class _Drawing:
    """The lines of one picture as they come up: nodes where they lie, edges gathered for the end."""

    def __init__(self, known: Knowledge, count: int = 0) -> None:
        self._known = known
        self._count = count
        self._classes: dict[str, list[str]] = {}
        self.lines: list[str] = []
        self.edges: list[str] = []

    def draw(self, node: Node, path: str, depth: int) -> str:
        """Draw ``node`` and what lies in it, and return its id."""
        identity = f"n{self._count}"
        self._count += 1
        self._classify(identity, path)
        label = self._label(node, path)
        match node:
            case _ if isinstance(node, Composite):
                self._line(depth, f'subgraph {identity}["{label}"]')
                self._compose(node, path, depth + 1)
                self._line(depth, "end")
            case _ if steps := self._on_record(node, path):
                self._line(depth, f'subgraph {identity}["{label}"]')
                ids = {step.name: self.draw(step, inner, depth + 1) for step, inner, _ in steps}
                self.edges.extend(f"    {ids[name]} --> {ids[step.name]}" for step, _, after in steps for name in after)
                self._line(depth, "end")
            case _:
                self._line(depth, f'{identity}["{label}"]')
        return identity

    def _on_record(self, node: Node, path: str) -> list[tuple[Node, str, tuple[str, ...]]]:
        """Return what a script has called and a plan has for steps, each with its path and what it comes after."""
        called = [(step, inner, ()) for step, inner in steps_drawn(node, path, self._known)]
        return [*called, *planned_drawn(node, path, self._known.run)]

    def review(self, review: Review, root: str) -> None:
        """Draw what is asked of the result, and the way back through a revision."""
        drawing = _Drawing(Knowledge(self._known.models, self._known.grants), self._count + 2)
        judged, person = f"n{self._count}", f"n{self._count + 1}"
        self._line(1, f'{judged}{{"{"<br/>".join(("review", *map(escaped, criteria_told(review))))}"}}')
        self._line(1, f'{person}(["a person decides"])')
        for role, node in review.nodes.items():
            identity = drawing.draw(node, node.name, 1)
            if role == REVISE:
                drawing.edges.append(f'    {judged} -->|"unmet, {escaped(rounds_told(review))}"| {identity}')
                drawing.edges.append(f"    {identity} --> {judged}")
            else:
                drawing.edges.append(f'    {judged} -.->|"{role}"| {identity}')
        self.lines.extend(drawing.lines)
        self.edges.extend((f"    {root} --> {judged}", *drawing.edges, f'    {judged} -->|"unmet"| {person}'))
        self._count = drawing._count

    def styles(self) -> Iterator[str]:
        """Yield the colours of what has begun, if a run is drawn."""
        for name, identities in self._classes.items():
            yield f"    classDef {name} {_CLASSES[name]}"
            yield f"    class {','.join(identities)} {name}"

    def _compose(self, node: Node, path: str, depth: int) -> None:
        below = [self.draw(child, drawn_at(child, node, path, self._known), depth) for child in children(node)]
        match node:
            case Steps():
                self.edges.extend(f"    {first} --> {second}" for first, second in pairwise(below))
            case Branch():
                self._guards(node, below, depth)
            case Graph(steps=steps):
                ids = {step.do.name: child for step, child in zip(steps, below, strict=True)}
                self.edges.extend(f"    {ids[name]} --> {ids[step.do.name]}" for step in steps for name in step.after)
            case Vote(judge=judge) if judge is not None:
                self.edges.extend(f"    {voter} --> {below[-1]}" for voter in below[:-1])
            case Fallback():
                self.edges.extend(f'    {first} -->|"else"| {second}' for first, second in pairwise(below))
            case Loop():
                self._again(node, below[0], depth)
            case Handoff(members=members):
                drawn = {member.name: child for member, child in zip(members, below, strict=True)}
                for giver, taker, told in contracts_told(node):
                    self.edges.append(f'    {drawn[giver]} -->|"{escaped(told)}"| {drawn[taker]}')
            case Saga():
                self.edges.extend(f"    {first} --> {second}" for first, second in pairwise(below))
                self._undo(node, path, below, depth)
            case _:
                pass

    def _undo(self, node: Saga, path: str, below: Sequence[str], depth: int) -> None:
        """Draw what undoes each step, and a broken edge to it."""
        undo = undo_drawn(node, path)
        for step, child in zip(node.steps, below, strict=True):
            if step.do.name in undo:
                self.edges.append(f'    {child} -.->|"undo"| {self.draw(*undo[step.do.name], depth)}')

    def _again(self, node: Loop, body: str, depth: int) -> None:
        """Draw the question after each round, and the way back from it."""
        asked = f"n{self._count}"
        self._count += 1
        self._line(depth, f'{asked}{{"{escaped(node.until)}?"}}')
        self.edges.append(f"    {body} --> {asked}")
        self.edges.append(f'    {asked} -->|"no"| {body}')

    def _guards(self, node: Branch, below: Sequence[str], depth: int) -> None:
        """Draw the decision, and an edge from it to each way it can go."""
        decision = f"n{self._count}"
        self._count += 1
        self._line(depth, f'{decision}{{"{escaped(node.name)}?"}}')
        guards = [case.when for case in node.cases] + ["otherwise"]
        for guard, child in zip(guards, below, strict=False):
            self.edges.append(f'    {decision} -->|"{escaped(guard)}"| {child}')

    def _label(self, node: Node, path: str) -> str:
        said = [kind_word(node), *captions(node, self._known)]
        if done := done_told(node, path, self._known):
            said.append(done)
        sign = mark(path, self._known) if "[]" not in path else ""
        return f"{escaped(f'{sign} {node.name}'.strip())}<br/>{escaped(' · '.join(said))}"

    def _classify(self, identity: str, path: str) -> None:
        if stands := standing(path, self._known):
            self._classes.setdefault(stands, []).append(identity)

    def _line(self, depth: int, text: str) -> None:
        self.lines.append("    " * depth + text)


def escaped(text: str) -> str:
    """Return ``text`` as it may stand between quotes: what Mermaid would read as its own is written as a number."""
    return " ".join(text.split()).translate(_ESCAPED)
