"""The child that owns VapourSynth, onnxruntime and ffmpeg. It may crash, hang or leak: nobody else may."""
