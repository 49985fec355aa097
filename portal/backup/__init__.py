"""Backup of a whole installation, and the proof that it can be restored: database and data folder together."""
