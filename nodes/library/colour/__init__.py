"""Node files of the category colour, one node a file."""
