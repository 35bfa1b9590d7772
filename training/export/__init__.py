"""A network as files: tensors, ONNX and card, proven to agree."""
