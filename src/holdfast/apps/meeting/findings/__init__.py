"""What analysts find: points with the figures that they state, each with the query that gives it."""
