"""The local cloud: the synthesised template in MiniStack on this machine."""
