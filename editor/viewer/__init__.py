"""Shows one node's picture or compares two, true to shape, time and pixel."""
