"""A stand-in for inference engines that need a GPU: their command lines and APIs, without the sums.

It is what the sandbox's images of vLLM, Ollama and llama.cpp for CUDA hold, and what LM Studio's
installer brings there. It takes the engine's own flags and environment, reads the model's files,
becomes ready in the engine's own way, holds memory of the simulated GPUs, answers with canned text,
and fails on demand as the engine does. It needs Python's standard library alone.
"""

NAME = "llmhost-standin"
