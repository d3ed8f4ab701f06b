"""Recording tape: what can be chosen, what is seen and heard of it, the red button, and what was lost. The window of it
knows capture's session and devices; nothing of the desk or the engine."""
