"""Node files of the category field, one node a file."""
