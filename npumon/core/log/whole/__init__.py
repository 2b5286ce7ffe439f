"""All of a log, however long: where its lines are, and which of them are looked for."""
