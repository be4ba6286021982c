"""Tools: what one is, which there are, and the one list of stages that every call goes down."""
