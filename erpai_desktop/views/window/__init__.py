"""The shell: rail, docks, tabs, menus and status line, without a word of what they hold."""
