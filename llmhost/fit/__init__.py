"""Whether a model fits into the memory of GPUs: pure arithmetic, before any money is spent."""
