"""A flow as a picture of nested boxes, laid out and written as SVG here: no browser, no program, no network. Pure."""

from holdfast.orchestration.draw.svg.writing import draw_svg

__all__ = ["draw_svg"]
