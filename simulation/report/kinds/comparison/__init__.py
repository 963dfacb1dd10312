"""A comparison: its result, what is said of it, and the kind that joins both."""
