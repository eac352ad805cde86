"""Detectors of odd images: chosen, fitted and calibrated on a folder of normal ones, kept as a folder, in service."""
