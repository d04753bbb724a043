"""What a person asks for, its clock, its plan and its package."""
