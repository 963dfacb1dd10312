"""What a district knows of its past, read from files: statuses at several dates, counts, launches, assistance."""
