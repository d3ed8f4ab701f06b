"""What stops a conversion, said to the user as it stands."""


class ConversionError(Exception):
    """The weights, the clip or the net do not allow it; the text says which and why."""
