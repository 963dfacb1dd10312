"""Choices: scenarios compared, efforts planned, what an answer depends on, what is best under uncertainty."""
