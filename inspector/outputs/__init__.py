"""Where results go: result log, picture archive, exports."""
