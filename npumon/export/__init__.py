"""Results as text: one module a format. Everything here turns values into strings and writes nothing."""
