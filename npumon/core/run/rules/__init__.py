"""The rules by which a run is judged: each says in one sentence what it found, on what grounds, and what to do."""
