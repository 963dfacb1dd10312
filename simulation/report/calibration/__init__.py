"""What was learned from data: record, words, and the files that a scenario can use."""
