"""The invoice as a person reads it, the same for buyer, reviewer, attestant and supplier."""
