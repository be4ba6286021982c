"""The code under review: a repository opened, listed, classified, cut into shards and read without ever leaving it."""
