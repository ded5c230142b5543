"""Two versions side by side: how each did, question by question, and what they were made of."""
