"""Makes the environment that everything else runs in. Standard library and Python 3.8's syntax only."""
