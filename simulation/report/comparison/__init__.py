"""Comparisons: record, words, tables and folder."""
