"""The panes of the pages: each a canvas and the function that draws it."""
