"""Back-tests: forecasts of past years from what was known before them, scored on what came about."""
