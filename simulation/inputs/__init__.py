"""What people supply: scenario files and tables, read whole, checked whole."""
