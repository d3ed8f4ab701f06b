"""The window. Nothing imports it but launch."""
