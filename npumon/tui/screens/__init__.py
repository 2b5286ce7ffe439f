"""The pages and the dialogs."""
