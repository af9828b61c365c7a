"""The demo clinic: its people, its data and its sign-in; `portal serve` uses none of it."""
