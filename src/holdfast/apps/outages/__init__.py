"""Makes simulated outages with a known cause: services, metrics, logs and changes, by seed; what judges hold apart."""
