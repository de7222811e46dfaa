"""Simulated GPUs of sandbox machines; `README.md` here says what is pretended and how."""
