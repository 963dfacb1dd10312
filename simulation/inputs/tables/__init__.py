"""Tables as they are kept in offices: CSV files and workbooks, read as columns of text.

Knows how spreadsheet programs write; must not know what a column means.
"""
