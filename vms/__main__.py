"""`python -m vms` is the same as the `vms` command."""

from vms.cli import main

if __name__ == "__main__":
    main()
