"""The session: a run's bytes become events, state and reports. It knows the outside only through ports."""
