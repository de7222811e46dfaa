"""Asks an OpenAI-compatible API, wherever it is, and keeps what came back and when."""
