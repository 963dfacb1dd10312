"""What simulated or observed data teach: forecasts, explanations, calibrations and back-tests."""
