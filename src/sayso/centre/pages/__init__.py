"""The pages, one file per thing a person comes to do. Views parse, call one service or query, and render."""
