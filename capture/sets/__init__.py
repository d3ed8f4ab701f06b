"""Several passes of one tape, kept together: listed, aligned, ready to be merged."""
