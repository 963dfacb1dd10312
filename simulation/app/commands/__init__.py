"""One command a module: its options, what is read first, and the order of its steps."""
