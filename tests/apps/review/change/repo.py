"""A git repository to change in tests."""

import os
import subprocess
from pathlib import Path

_IDENTITY = {
    "GIT_AUTHOR_NAME": "A",
    "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "C",
    "GIT_COMMITTER_EMAIL": "c@example.org",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}


class Repo:
    """A repository with a work tree. ``commit`` takes everything in it and names what it makes."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments: str) -> str:
        """Run git the careless way; what it says on standard error is an error."""
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.root,
            env={**os.environ, **_IDENTITY},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=True,
        )
        return done.stdout.decode("utf-8", "replace").strip()

    def write(self, path: str | bytes, contents: str | bytes) -> None:
        """Write a file, folders and all, byte for byte."""
        target = os.path.join(os.fsencode(self.root), os.fsencode(path))
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "wb") as file:
            file.write(contents.encode() if isinstance(contents, str) else contents)

    def remove(self, path: str | bytes) -> None:
        """Remove a file or a link."""
        os.remove(os.path.join(os.fsencode(self.root), os.fsencode(path)))

    def commit(self, **files: str) -> str:
        """Commit the work tree, with ``files`` (dots in the names as double underscores) written first."""
        for name, contents in files.items():
            self.write(name.replace("__", "."), contents)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message=change")
        return self.git("rev-parse", "HEAD")
