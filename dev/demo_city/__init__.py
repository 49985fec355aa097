"""Exempelstad: the demo city, small enough to grasp. Names are functions, not persons."""
