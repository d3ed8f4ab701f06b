"""Node files of the category sound, one node a file."""
