"""From weights to ONNX, to fewer bits, and what that cost: each task in a process of its own."""
