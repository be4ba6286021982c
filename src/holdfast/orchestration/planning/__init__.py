"""What is done about a plan: the planner is told, what it writes is checked, a person is asked, a version adopted."""
