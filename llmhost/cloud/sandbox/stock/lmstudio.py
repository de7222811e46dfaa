"""LM Studio's installer, its stand-in program and its catalogue, as files of a web server."""

from llmhost.cloud.sandbox.stock.layers import GUEST, layer_file, standin_layers
from llmhost.cloud.sandbox.stock.piece import Piece

SITE = "/srv/www/lmstudio.ai"
CATALOGUE = f"{SITE}/models"


def installer_pieces() -> tuple[Piece, ...]:
    """What https://lmstudio.ai/install.sh and what it downloads are made of.

    The program brings its own Python: a host needs none.
    """
    layers = standin_layers()
    unpack = "\n".join(f"zstd -dc {layer_file(layer)} | tar -xC root" for layer in layers)
    script = f"""
mkdir -p root {SITE}
{unpack}
rm -rf root/usr/bin/{{bash,curl}} root/usr/share
tar -C root -c . | gzip -1 >{SITE}/standin.tar.gz
install -m 644 install.sh {SITE}/install.sh
"""
    installer = Piece(
        name="installer of LM Studio",
        script=script,
        files={"install.sh": (GUEST / "lmstudio.sh").read_bytes()},
        parts=layers,
    )
    return (*layers, installer)
