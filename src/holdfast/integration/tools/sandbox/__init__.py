"""Where code runs that nobody vouches for: levels of confinement, probed before they are trusted."""
