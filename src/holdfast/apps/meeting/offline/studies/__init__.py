"""What each analyst looks for: what to collect next, what can be said of it, what a chart is to show."""
