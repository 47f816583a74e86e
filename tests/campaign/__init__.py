"""What the campaign against bad inputs is made of."""
