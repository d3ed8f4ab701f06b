"""From a graph to frames: the planner (pure), the worker that owns VapourSynth, and its supervisor."""
