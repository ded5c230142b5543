"""The tree of models at the left: filter, badges, drag to re-parent, everything by keyboard."""
