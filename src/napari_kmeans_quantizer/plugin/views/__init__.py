"""Views beside the panel: each draws what it is told, and says what the user wants by signals."""
