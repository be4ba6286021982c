"""What can be run by name: an app's flow, agents, tools, scripts, policies and versions, and how apps are found."""
