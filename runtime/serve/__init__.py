"""`launch.py serve`: the queue over HTTP, for programs and for a phone. Nobody else here knows the web."""
