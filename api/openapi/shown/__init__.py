"""What the description shows of every shape: one small story, as the calls would tell it."""
