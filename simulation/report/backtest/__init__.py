"""Back-tests: record, words and folder."""
