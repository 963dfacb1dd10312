"""The policy brief: what it says, and how that becomes a DOCX and a PDF."""
