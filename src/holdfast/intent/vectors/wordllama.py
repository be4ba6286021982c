"""Embeddings by wordllama: a table of vectors for pieces of words, in its wheel; no network, no file written."""

from collections.abc import Sequence
from pathlib import Path

import wordllama


class WordLlamaEmbeddings:
    """256 numbers for a text: the mean of those of its pieces."""

    def __init__(self) -> None:
        """Load the table. Raises FileNotFoundError if the wheel lacks it."""
        # The wheel has its tokenizer in `tokenizers`; the package looks in `tokenizer`, then in the cache, then on a
        # hub. Named as the cache, the package's own folder is where it looks second: nothing is copied or fetched.
        self._model = wordllama.WordLlama.load(cache_dir=Path(wordllama.__file__).parent, disable_download=True)

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """Return a vector of length 1 for each text, or of zeros for one without anything to go by."""
        spoken = [place for place, text in enumerate(texts) if text.strip()]
        vectors = [[0.0] * 256 for _ in texts]
        if spoken:
            made = self._model.embed([texts[place] for place in spoken], norm=True).tolist()
            for place, vector in zip(spoken, made, strict=True):
                vectors[place] = vector
        return vectors
