"""A device's own brightness, contrast, saturation and hue: set before the picture is made into numbers, so that what
would be cut off there is not."""
