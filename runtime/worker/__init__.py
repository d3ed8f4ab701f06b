"""The child that owns VapourSynth, onnxruntime and ffmpeg. It may crash, hang or leak: nobody else may."""

import os

# PyTorch's threads sleep when they have nothing to do. By themselves they spin, and take the cores from VapourSynth's:
# an AMT of 192 × 128 took 1.2 s of two busy cores instead of 0.12. Read when PyTorch is loaded, so it is said first.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
