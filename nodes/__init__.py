"""Node types: declarations of what can stand on the canvas. Imports neither Qt nor VapourSynth."""
