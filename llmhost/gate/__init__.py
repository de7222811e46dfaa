"""From single requests to percentiles, and from these to a verdict one can be sure of. Pure."""
