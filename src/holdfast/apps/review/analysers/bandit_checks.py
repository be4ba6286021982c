"""Running one analyser's tests of bandit on one text, in this process."""

import io
from collections.abc import Callable, Iterator

from bandit.core import (  # type: ignore[import-untyped]  # bandit ships no types
    config,
    extension_loader,
    meta_ast,
    metrics,
    node_visitor,
    test_set,
)

from holdfast.apps.review.analysers.bandit_tests import USED
from holdfast.apps.review.analysers.subject import Sighting

_BLACKLIST = "blacklist"
_NAME = "module.py"  # bandit looks for packages around the name it is given; this one has none


class BanditChecks:
    """The tests of one analyser. Bandit keeps its blacklist in a global, so all share one set and choose from it."""

    def __init__(self, analyser: str) -> None:
        self._used = {identity: test for identity, test in USED.items() if test.analyser == analyser}
        plugins = extension_loader.MANAGER.plugins_by_id
        functions = {plugins[identity].plugin for identity in self._used if identity in plugins}
        self._tests: dict[str, list[Callable[..., object]]] = {}
        for node_type, tests in _ALL.tests.items():
            self._tests[node_type] = [test for test in tests if test in functions or test.__name__ == _BLACKLIST]

    def get_tests(self, checktype: str) -> list[Callable[..., object]]:
        """Give bandit the tests for a kind of node."""
        return self._tests.get(checktype, [])

    def run(self, text: str) -> Iterator[Sighting]:
        """Yield what this analyser's tests find in a module that is known to parse.

        Comments that silence bandit are not looked at here: they hold for all our checks alike.
        """
        counts = metrics.Metrics()
        counts.begin(_NAME)
        visitor = node_visitor.BanditNodeVisitor(
            _NAME, io.BytesIO(text.encode()), meta_ast.BanditMetaAst(), self, False, {}, counts
        )
        visitor.process(text)  # text, not bytes: a declared encoding has been followed already
        for issue in visitor.tester.results:
            test = self._used.get(issue.test_id)
            if test is not None:
                line = max(1, issue.lineno)
                end_line = max((line, *issue.linerange))
                yield Sighting(test.rule, line, end_line, test.confidence, f"bandit {issue.test_id}")


_ALL = test_set.BanditTestSet(config.BanditConfig(), {"include": sorted(USED)})
