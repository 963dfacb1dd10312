"""Folders of answers: what was asked, what came out, and everything needed to compute it again."""
