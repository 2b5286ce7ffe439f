"""Results as text, one module per format. Everything here turns values into strings and writes nothing."""
