"""Golden answers: recording what a version says, and checking that a successor says the same."""
