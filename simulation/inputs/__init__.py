"""What people supply: scenario files and tables, read whole, checked whole.

Knows YAML, CSV and the shape of a scenario; must not know how one is run or shown.
"""
