"""A chart maker: a primitive agent that is given rows and a wish, and draws them as PNG and SVG."""
