"""Which of several failures at once is told. Pure."""

from holdfast.kernel.errors import HoldfastError


def first(failures: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return what brought the driver down: the first failure, a deliberate one before any other."""
    flat = list(_flatten(failures))
    return next((failure for failure in flat if isinstance(failure, HoldfastError)), flat[0])


def _flatten(group: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    flat: list[BaseException] = []
    for failure in group.exceptions:
        flat.extend(_flatten(failure) if isinstance(failure, BaseExceptionGroup) else [failure])
    return flat
