"""What the sandbox's registry and hub are stocked with, made on this computer.

Model files here are real in form and tiny in size: the engines themselves load them.
"""
