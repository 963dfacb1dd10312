"""The page: the commands for people who open no terminal, served to the browsers of this computer alone."""
