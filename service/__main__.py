"""`python -m service` is `collection-mailbox`."""

from service.cli.main import main

if __name__ == "__main__":
    main()
