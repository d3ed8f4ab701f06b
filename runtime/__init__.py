"""Graph → plan → script → supervised worker → files."""
