"""Names the concrete embeddings: those that work on this machine alone."""

from holdfast.intent.examples import Embeddings
from holdfast.kernel.errors import ResourceError


def open_embeddings() -> Embeddings:
    """Return embeddings that ask nobody: no network, no file but their own. Takes about a second, once.

    Raises ResourceError if the extra ``intent`` is not installed.
    """
    try:
        from holdfast.intent.vectors.wordllama import WordLlamaEmbeddings  # dear to load, and an extra
    except ModuleNotFoundError as error:
        told = f"expected the extra 'intent', found no module {error.name!r}: pip install 'holdfast[intent]'"
        raise ResourceError(told) from error
    return WordLlamaEmbeddings()
