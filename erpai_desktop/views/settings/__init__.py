"""Settings of the program, and what it says about itself."""
