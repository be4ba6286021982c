"""A flow as a picture: a tree of text, or a Mermaid diagram; the lifecycle as a diagram and a table. Pure."""

from holdfast.orchestration.draw.knowledge import Knowledge
from holdfast.orchestration.draw.lifecycle import lifecycle_diagram, lifecycle_table
from holdfast.orchestration.draw.mermaid import draw_mermaid
from holdfast.orchestration.draw.tree import draw_text

__all__ = ["Knowledge", "draw_mermaid", "draw_text", "lifecycle_diagram", "lifecycle_table"]
