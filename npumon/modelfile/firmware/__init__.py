"""What a GX8002's firmware has to provide for a model: settings, memory, flash; and whether a `.config` provides it."""
