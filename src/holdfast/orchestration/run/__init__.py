"""A run as its owner holds it: followed, waited for, asked for its value."""
