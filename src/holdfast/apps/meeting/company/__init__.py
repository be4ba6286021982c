"""The company whose meetings are prepared: its books, shipments and incidents in one file, of several systems."""
