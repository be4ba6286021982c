"""What a model call costs beside the model: the whole way through the gateway, and its pieces, beside other ways."""
