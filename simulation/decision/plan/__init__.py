"""A plan: the least effort that reaches the target, and which villages come first."""
