"""Made-up volumes on top of the demo city: for the bench, the floods and the kills."""
