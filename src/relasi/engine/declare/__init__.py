"""The words of a module file, the registry that binds them and the checks on both."""
