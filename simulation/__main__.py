"""``python -m simulation`` is the command ``kampungkb``."""

from .app.cli import main

if __name__ == "__main__":
    main()
