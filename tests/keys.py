"""The secrets of every test's portal; a database made once must open for all of them."""

SECRET_KEY = "a secret key that only the tests know"
ENCRYPTION_KEY = "an encryption key that only the tests know"
