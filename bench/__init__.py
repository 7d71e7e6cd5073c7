"""What Nurture does per second, and what it costs: ``python -m bench`` (see docs/performance.md).

Measures the real parts on real databases; every ratio is taken within one run. Nothing here is part of the product.
"""
