"""Pages about suppliers: their registration, and the buyer's register and agreements."""
