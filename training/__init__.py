"""How the bundled model was made: its pictures, what a tape does to them, the net, and how it scores. Nothing that
ships imports this; it needs the torch layer. README.md says how to run it."""
