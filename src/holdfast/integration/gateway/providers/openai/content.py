"""Content as both of OpenAI's APIs take it: a text, or a list of blocks."""

from holdfast.integration.gateway.providers.dialect import Body


def content_of(blocks: list[Body]) -> str | list[Body]:
    """Return a lone text as it is: not every server reads a list of blocks."""
    if len(blocks) == 1 and blocks[0].keys() == {"type", "text"}:
        return str(blocks[0]["text"])
    return blocks
