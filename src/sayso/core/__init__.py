"""The heart: pure rules about people, purposes and answers. Standard library only; `now` is a parameter."""
