"""What people read: words, tables, figures and run folders."""
