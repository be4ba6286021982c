"""Which versions a specifier allows, and whether two specifiers allow any together."""

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

PROBES_MAX = 200


def fits(version: str, specifier: str) -> bool:
    """Whether a version is allowed; what cannot be read is not held against anybody."""
    try:
        return SpecifierSet(specifier).contains(Version(version), prereleases=True)
    except (InvalidSpecifier, InvalidVersion):
        return True


def have_no_version_in_common(one: str, other: str) -> bool:
    """Whether no version satisfies both.

    Ranges begin and end at the versions they name, so it is enough to try these, and the points just beside them.
    """
    try:
        both = SpecifierSet(one) & SpecifierSet(other)
        named = [Version(each.version.removesuffix(".*")) for each in both]
    except (InvalidSpecifier, InvalidVersion):
        return False
    probes = [probe for version in named for probe in _beside(version)]
    return not any(both.contains(probe, prereleases=True) for probe in probes[:PROBES_MAX])


def _beside(version: Version) -> tuple[Version, ...]:
    """Return a version and its neighbours; the one below is written as a very late release of the one before."""
    release = version.release
    above = Version(".".join(map(str, (*release, 0, 1))))
    below = [*release]
    for index in range(len(below) - 1, -1, -1):
        if below[index] > 0:
            below[index] -= 1
            below[index + 1 :] = []
            break
    lower = Version(".".join(map(str, (*below, 99999))))
    return (version, above, lower, Version("0"), Version("99999"))
