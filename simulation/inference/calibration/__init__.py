"""Calibration: one posterior of the parameters from whichever data of a district's past there are."""
