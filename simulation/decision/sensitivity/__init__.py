"""What the chance of meeting the target depends on."""
