"""Rows of suppliers and agreements as frozen values, only those the actor may see."""
