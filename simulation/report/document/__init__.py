"""Documents: blocks of sentences, tables and figures, and one renderer for each place where they are shown."""
