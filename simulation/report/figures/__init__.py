"""Figures: the page they stand on, and one module for each drawing. The only package that imports Matplotlib."""
