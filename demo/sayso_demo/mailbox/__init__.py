"""A mailbox for the demo: takes every letter, delivers none, shows them all."""
