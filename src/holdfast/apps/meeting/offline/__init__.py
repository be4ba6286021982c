"""The stand-in for a language model in all three levels: a program that reads the conversation and nothing else.

It is held to what a model can do. It sees the messages, the tools offered and the schema of the answer; it says text,
calls and JSON. It knows how analysts go about such questions, and nothing of the company: what it says of it, it was
told by a tool or in the task.
"""
