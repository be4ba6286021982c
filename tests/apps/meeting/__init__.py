"""The meeting assistant: its company, its hierarchy of runs, its charts, its briefing."""
