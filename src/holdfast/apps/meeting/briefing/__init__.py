"""The briefing: what it holds, how it is put together from reports, and how it is written down."""
