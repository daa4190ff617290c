"""What the plugin knows, without Qt and without a viewer."""
