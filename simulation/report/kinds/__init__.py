"""Kinds of answers: for each its result, the document that tells it, its tables and its figures."""
