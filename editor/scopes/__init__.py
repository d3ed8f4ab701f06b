"""Waveform, vectorscope, histogram and sound meters of what the viewer shows. The only package that knows pyqtgraph."""
