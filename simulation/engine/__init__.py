"""How a scenario is run: agents, arrays or closed forms, all of one law."""
