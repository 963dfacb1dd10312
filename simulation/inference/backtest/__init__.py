"""Back-tests: what would have been forecast year by year, scored on what came about.

Knows past years, forecasters and their scores; must not know files, nor how the result is told.
"""
