"""The tabs beside the picture: a node's params, what its clip is, and what was noted of it."""
