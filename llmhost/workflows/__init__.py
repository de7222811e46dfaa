"""One verb, one file: the only code that sequences effects."""
