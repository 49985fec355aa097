"""The supplier portal: what a supplier sees and does."""
