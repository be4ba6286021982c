"""A whole cluster in one thread: virtual time, a schedule that follows from a seed, processes that freeze and die."""
