"""A graph whose source is a tape: what its capture node asks for is recorded, and then the graph stands on that."""
