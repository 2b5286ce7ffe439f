"""Starting runs, following their logs, and what is kept of them."""
