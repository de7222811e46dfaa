"""A double of the Hugging Face hub: the routes its client uses, over files in a folder.

It runs in the sandbox's `infra` machine on nothing but Python's standard library, behind nginx,
under the hub's own name, so that the real `huggingface_hub` downloads from it unchanged.
Repositories are folders `ORG/NAME`; a `fault.json` beside the files of one makes it fail in a way
the hub does.
"""
