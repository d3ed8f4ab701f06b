"""Node files of the category output, one node a file."""
