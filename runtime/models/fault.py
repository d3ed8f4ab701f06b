"""What goes wrong with models, in words for the user."""


class ShelfError(Exception):
    """One line: where, what, what next. BadModelError (inspect.py) is one."""


class LicenceError(ShelfError):
    """The model's licence must be accepted first: it forbids commercial use."""
