"""The review's stand-in for a language model: a program that reads the conversation and nothing else.

It is held to what a model can do. It sees the messages, the tools offered and the schema of the answer; it says text,
calls and JSON. Of Holdfast it knows the kernel and the gateway, of this application nothing: no file, no finding, no
analyser. What it quotes it has been shown.
"""
