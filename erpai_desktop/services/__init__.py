"""What a person can intend: one plain function each, in one transaction, answering what changed."""
