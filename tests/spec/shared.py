"""The catalogue of the checkout, without whatever the person who runs the tests has at home."""

from llmhost.spec.assets import packaged_root
from llmhost.spec.catalog import Catalog

CATALOG = Catalog((packaged_root(),))
GPUS = CATALOG.gpus()
PROVIDERS = CATALOG.names()
