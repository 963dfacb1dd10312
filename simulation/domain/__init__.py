"""What a village is and how it moves: arrays in, arrays out; NumPy and SciPy only."""
