"""CSV files and workbooks as offices keep them, read as columns of text."""
