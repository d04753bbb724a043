"""The hot path: show what is asked, record answers, answer the gate. Bare ASGI, no Django."""
