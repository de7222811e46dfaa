"""What the user types: one verb, one file; flags in, one workflow call, exit status out."""
