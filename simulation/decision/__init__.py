"""What a planner asks."""
