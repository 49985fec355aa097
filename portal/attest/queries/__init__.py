"""What attest knows: rights, acts, the tree, and the steps of routes."""
