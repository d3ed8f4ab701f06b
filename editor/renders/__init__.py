"""Renders: asked for in one dialog, done one after the other beside the window, watched in the queue panel."""
