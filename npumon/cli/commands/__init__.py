"""One module for each command: its arguments and what it does. Imported only when that command is asked for."""
