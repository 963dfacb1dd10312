"""A forecast: its result, its words, its document, its tables."""
