"""Node files of the category motion, one node a file."""
