"""From checks that are data to questions, and from answers to verdicts. Pure."""
