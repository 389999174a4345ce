"""Between a trainable model and the folder that serves it: export to small ONNX files, and back from them."""
