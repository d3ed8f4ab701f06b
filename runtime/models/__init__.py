"""Models: what is known of each (registry/), which are here (the shelf), and how they come to be ONNX."""
