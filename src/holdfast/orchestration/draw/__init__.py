"""A flow as a picture: a tree of text, or a Mermaid diagram. Pure."""

from holdfast.orchestration.draw.captions import Knowledge
from holdfast.orchestration.draw.mermaid import draw_mermaid
from holdfast.orchestration.draw.tree import draw_text

__all__ = ["Knowledge", "draw_mermaid", "draw_text"]
