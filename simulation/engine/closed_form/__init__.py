"""Closed forms: what can be said of a scenario without simulating it, and what cannot."""
