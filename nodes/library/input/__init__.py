"""Node files of the category input, one node a file."""
