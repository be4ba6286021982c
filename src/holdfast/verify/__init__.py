"""What can be proved of an application before it runs."""
