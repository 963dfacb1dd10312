"""What simulated or observed data teach: forecasts and their errors."""
