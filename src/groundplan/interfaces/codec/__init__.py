"""What crosses the border: inputs, views and errors, in the same words for every interface."""
