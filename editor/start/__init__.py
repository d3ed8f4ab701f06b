"""The page shown when nothing is open: restore a tape, recent work, presets; and what becomes of a dropped file."""
