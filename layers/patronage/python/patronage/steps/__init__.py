"""One function a state of a run, its stores and engine passed in; every edge calls these."""
