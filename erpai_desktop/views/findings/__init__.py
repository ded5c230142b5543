"""What is worth a look in a model's knowledge before it is compiled."""
