"""The first page: what the program is for, and the first step."""
