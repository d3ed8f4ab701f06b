"""Node files of the category geometry, one node a file."""
