"""The CDK app: one stack is one shop, one construct file a capability."""
