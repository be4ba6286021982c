"""What the tests of changes start from."""

from pathlib import Path

import pytest

from tests.apps.review.change.repo import Repo


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo(tmp_path / "project")
