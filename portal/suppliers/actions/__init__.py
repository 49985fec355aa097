"""What is done with suppliers and agreements: gather, decide, apply, in the caller's transaction."""
