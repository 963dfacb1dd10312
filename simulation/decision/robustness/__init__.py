"""Choices in every state of the world."""
