"""The demo board: a simulated VIM3 as a folder on disk, with real programs that print a real profile's text."""
