"""What runs on a host: bash that asks, changes, observes and follows, and the scripts made of it.

The functions live in `*.bash` beside this module, to be read and checked as what they are. Python
only puts calls together, each argument quoted as one word.
"""
