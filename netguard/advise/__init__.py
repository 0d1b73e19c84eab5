"""What do I do: findings to actions, and the grade. Pure."""
