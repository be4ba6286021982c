"""Where people and programs meet Holdfast. Each surface stands alone: none knows another."""
