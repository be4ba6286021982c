"""The desk's stand-in for a language model: a program that reads the conversation and nothing else.

It is held to what a model can do. It sees the messages, the tools offered and the schema of the answer; it says text,
calls and JSON. It knows English words, and nothing of the shop: what it says of it, it was told by a tool.
"""
