"""One folder per kind of system: find, export, rectify, erase, suppress, verify, tell."""
