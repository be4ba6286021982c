"""A path names one node of a flow; whoever walks the flow and whoever looks a path up agree."""

from collections.abc import Iterator

import pytest
from hypothesis import given

from holdfast.kernel import paths
from holdfast.kernel.errors import DefinitionError
from holdfast.orchestration.flow.locate import locate
from holdfast.orchestration.flow.nodes import FunctionNode, Handoff, Loop, Map, Node, Sequence, children
from tests.orchestration.flows import flows

KEYS = ("0", "a/b", "]", "é")


def walked(node: Node, path: str) -> Iterator[tuple[str, Node]]:
    yield path, node
    for child in children(node):
        if isinstance(node, Handoff):
            yield from walked(child, paths.item(path, f"{child.name}.3"))
        elif isinstance(node, Map | Loop):
            for key in KEYS:
                yield from walked(child, paths.item(path, key))
        else:
            yield from walked(child, paths.below(path, child.name))


@given(flows(depth=3))
def test_every_place_is_found_by_its_path(flow: Node) -> None:
    for path, node in walked(flow, flow.name):
        assert locate(flow, path) is node


@pytest.mark.parametrize("path", ["root/two", "root/one/x", "root[0]", "root/m/one", "root/m[0]/x"])
def test_a_place_that_the_flow_does_not_have_is_told(path: str) -> None:
    flow = Sequence("root", (FunctionNode("one", "one"), Map("m", "input", FunctionNode("one", "one"))))
    with pytest.raises(DefinitionError, match="the flow has changed under the run"):
        locate(flow, path)
