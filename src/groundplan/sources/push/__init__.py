"""What is pushed here by whoever deploys, is on call or measures: no server is asked for it."""
