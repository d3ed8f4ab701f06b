"""The model shelf in the window: what there is, fetching it, one's own models, and the node that takes them."""
