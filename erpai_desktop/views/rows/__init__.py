"""Tables of frozen rows, any number of them."""
