"""The operations of an iteration as a table and as points under the roofs."""
