//! Logs: set up once by the command line.
