"""What a symlink is called in the inventory: inside, outside, broken or a loop. Links are named, never followed."""

import os
import stat

from holdfast.apps.review.source.guard import Root
from holdfast.apps.review.source.names import shown
from holdfast.apps.review.source.refusals import Reason, Refusal, Skipped

LINK_HOPS_MAX = 40


def name_link(root: Root, path: str) -> Skipped:
    """Say where a symlink leads. Only links are read on the way, so nothing outside is touched."""
    target = root.link(path)
    if isinstance(target, Refusal):
        return Skipped(path, target.reason, target.detail)
    return Skipped(path, _destination(root, path), f"-> {target}")


def _destination(root: Root, path: str) -> Reason:
    pending = path.split("/")
    standing: list[str] = []
    hops = 0
    while pending:
        part = pending.pop(0)
        if part in ("", "."):
            continue
        if part == "..":
            if not standing:
                return Reason.SYMLINK_OUT
            standing.pop()
            continue
        here = "/".join((*standing, part))
        mode = root.mode(here)
        if isinstance(mode, Refusal):
            return Reason.SYMLINK_BROKEN
        if not stat.S_ISLNK(mode):
            standing.append(part)
            continue
        hops += 1
        target = root.link(here)
        if hops > LINK_HOPS_MAX:
            return Reason.SYMLINK_LOOP
        if isinstance(target, Refusal):
            return Reason.SYMLINK_BROKEN
        inside = _inside(root, target)
        if inside is None:
            return Reason.SYMLINK_OUT
        if target.startswith("/"):
            standing = []
        pending = inside.split("/") + pending
    return Reason.SYMLINK_IN


def _inside(root: Root, target: str) -> str | None:
    """Return the target as a path to go on with, or None if it is an absolute path elsewhere."""
    if not target.startswith("/"):
        return target
    prefix = shown(os.fsencode(root.path)).rstrip("/") + "/"
    return f"{target}/".removeprefix(prefix) if f"{target}/".startswith(prefix) else None
