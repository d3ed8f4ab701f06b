"""The tape from end to end: where we are, what plays, what is marked, what is at hand. Plays it too."""
