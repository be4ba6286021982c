"""Changes: what lies between two revisions of a git repository, and which of its lines may be commented."""
