"""Test decks: devices that need no hardware. A deck is a process that plays a tape in real time down a pipe, numbers
every picture of it so that any loss can be told, and misbehaves on request as real cards do."""
