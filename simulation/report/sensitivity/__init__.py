"""What drives the chance of meeting the target: record, words, figure and folder."""
