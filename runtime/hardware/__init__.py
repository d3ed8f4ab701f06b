"""What the machine has: processors, graphics cards, memory, encoders that really work; and who of them does what."""
