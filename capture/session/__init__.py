"""One tape, one session: watched, recorded, counted, told. In a process of its own, so that nothing else can end it."""
