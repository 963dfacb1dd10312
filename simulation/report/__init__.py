"""What people read: words, tables, figures and run folders."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, ["plots"])
