"""How ``models/demo`` was made: a ResNet-50 trained from scratch on the demo line's own pictures."""
