"""What a district knows of its past, read from files: lists of villages at several dates, counts, assistance.

Knows the tables in which offices keep it; must not know what it says of parameters.
"""
