"""What compiling makes for each target; one file a target, all of them a `target.Maker`."""
