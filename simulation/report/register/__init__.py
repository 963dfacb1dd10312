"""The register: forecasts frozen before their years, and the record that they make once those have come."""
