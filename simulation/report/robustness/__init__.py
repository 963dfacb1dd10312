"""Options under every state of the world: record, words and folder."""
