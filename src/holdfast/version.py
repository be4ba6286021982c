"""The version of Holdfast that is running."""

VERSION = "0.1.0"
