"""Plain functions, estimators and SQL texts over tables and arrays: no AWS, no clock, no I/O."""
