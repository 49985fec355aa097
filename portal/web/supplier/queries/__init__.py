"""What a supplier reads: through the supplier_* views, which hold no coding, comment, attest or internal reason."""
