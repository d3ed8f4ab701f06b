"""Node files of the category utility, one node a file."""
