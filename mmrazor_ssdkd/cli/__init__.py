"""What the scripts under ``tools/`` share."""
