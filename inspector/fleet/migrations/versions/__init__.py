"""One file for each step. A step only adds: stations of before go on sending to a database that is newer."""
