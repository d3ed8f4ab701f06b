"""The window: puts the parts together and keeps them alive. Parts know nothing of each other; this knows them all."""
