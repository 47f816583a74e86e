"""``python -m mmrazor_ssdkd``: the command ``ssdkd``."""

from .command import main

if __name__ == '__main__':
    main()
