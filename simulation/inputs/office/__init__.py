"""Lists of villages as offices keep them, read in one way for every command."""
