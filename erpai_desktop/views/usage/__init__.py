"""The Usage room: what was spent, on what and by whom, and the budgets that limit it."""
