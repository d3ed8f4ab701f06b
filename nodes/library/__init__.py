"""The node library that ships: one file per node, in folders by category."""
