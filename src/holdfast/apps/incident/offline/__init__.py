"""Stands in for a language model: reasons from what it is told and from what its queries find, and from nothing else.

Of Holdfast it knows what any model knows: a conversation, and what it may answer with.
"""
