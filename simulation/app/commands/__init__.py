"""One command a module: its options, what is read first, and the order of its steps.

Knows what is typed; must not know how anything is computed, kept or worded.
"""
