"""Figures of one-class detection."""
