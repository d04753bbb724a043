"""Every letter we send: written in the caller's transaction, sent by the worker, then forgotten."""
