"""ERP AI Desktop: curate what a company's AI knows, compile it, prove it, put it to work."""

__version__ = "0.2.0"
