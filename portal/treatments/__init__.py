"""Treatment plans and the doses given under them. The portal never computes or suggests a dose."""
