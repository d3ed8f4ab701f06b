"""Node files of the category scale, one node a file."""
