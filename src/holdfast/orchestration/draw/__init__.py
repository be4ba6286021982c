"""A flow as a picture: text, Mermaid, or nested boxes as SVG; the lifecycle as a diagram and a table. Pure."""

from holdfast.orchestration.draw.knowledge import Knowledge
from holdfast.orchestration.draw.lifecycle import lifecycle_diagram, lifecycle_table
from holdfast.orchestration.draw.mermaid import draw_mermaid
from holdfast.orchestration.draw.svg import draw_svg
from holdfast.orchestration.draw.tree import draw_text

__all__ = ["Knowledge", "draw_mermaid", "draw_svg", "draw_text", "lifecycle_diagram", "lifecycle_table"]
