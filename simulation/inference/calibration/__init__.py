"""What a district's past teaches of the parameters: one posterior from whichever data there are.

Knows likelihoods and their sampler; must not know files, nor how what was learned is told.
"""
