"""How fast llmhost is, as ratios to programs people know, measured in one run on one computer."""
