"""What follows from simulated or observed data: forecasts, explanations, calibrations and back-tests."""
