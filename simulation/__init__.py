"""Kampung KB Forecast: whether a district will meet its village-development target, and how sure that is.

The front door: the names in `__init__.pyi` are the public API (``import simulation as kkb``). Each is imported when it
is first used, so that every command starts fast.
"""

import lazy_loader

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
