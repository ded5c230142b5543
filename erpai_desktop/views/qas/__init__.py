"""A model's Q&As: the table, the editor beside it, import and export."""
