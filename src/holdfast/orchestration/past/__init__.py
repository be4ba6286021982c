"""What a run's past says: where it can be cut, and from where it is taken up again. Pure."""
