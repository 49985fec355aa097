"""Invoices for the demo and for tests, written without the portal's own writer."""
