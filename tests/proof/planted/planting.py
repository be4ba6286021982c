"""Plants a bug: the module is read, changed and compiled under its own name, in this process only."""

import importlib.machinery
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import CodeType, ModuleType

from tests.proof.planted.mutants import Mutant


class NotPlanted(Exception):
    """The piece of source that the bug replaces is not there, or there twice."""


def planted(source: str, mutant: Mutant) -> str:
    """Return the module's source with the bug. Raises NotPlanted."""
    found = source.count(mutant.old)
    if found != 1:
        raise NotPlanted(
            f"expected once in {mutant.module}, found {found} times: {mutant.old!r}; bring the mutant up to date"
        )
    return source.replace(mutant.old, mutant.new)


def plant(mutant: Mutant) -> None:
    """See to it that the module is imported with the bug. Nothing may have imported it before."""
    if mutant.module in sys.modules:
        raise NotPlanted(f"{mutant.module} is imported already: it is too late to plant anything")
    sys.meta_path.insert(0, _Planter(mutant))


class _Planter(MetaPathFinder):
    def __init__(self, mutant: Mutant) -> None:
        self._mutant = mutant

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self._mutant.module:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and isinstance(spec.loader, importlib.machinery.SourceFileLoader):
            spec.loader = _Loader(fullname, spec.loader.path, self._mutant)
        return spec


class _Loader(SourceFileLoader):
    def __init__(self, fullname: str, path: str, mutant: Mutant) -> None:
        super().__init__(fullname, path)
        self._mutant = mutant

    def get_code(self, fullname: str) -> CodeType:
        source = self.get_data(self.path).decode()
        return compile(planted(source, self._mutant), self.path, "exec", dont_inherit=True)
