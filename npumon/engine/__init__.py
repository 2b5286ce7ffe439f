"""The session: where a run's bytes become events, state and reports. Knows the world only through ports."""
