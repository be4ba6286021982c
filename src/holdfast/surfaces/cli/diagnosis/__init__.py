"""What ``holdfast doctor`` looks at, one file an area."""
