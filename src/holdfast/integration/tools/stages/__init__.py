"""The stages of a tool call, one small part each, in the order of ``executor.standard_stages``."""
