"""Policies: rules in Cedar, in files and made of declarations, that decide of every call of a tool."""
