"""What the care team does about a conversation: who has it, when it is due, when it may rest."""
