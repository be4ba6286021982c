"""What tools find in the code without a model: analysers, each of one subject, run in worker processes."""
