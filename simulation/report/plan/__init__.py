"""Plans: record, words, tables, workbook and folder."""
