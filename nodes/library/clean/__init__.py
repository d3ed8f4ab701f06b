"""Node files of the category clean, one node a file."""
