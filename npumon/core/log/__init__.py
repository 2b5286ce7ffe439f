"""The profiler's text: lines, grammar, parsers, events."""
