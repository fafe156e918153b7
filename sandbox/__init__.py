"""Sandbox lenders: one HTTP server that plays a bank and a microfinance company for integrators.

It is a program of its own: it imports nothing of the platform and keeps its own SQLite file.
"""
