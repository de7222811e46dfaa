"""The smallest Typer app: what a command line costs before it does anything."""

import typer

app = typer.Typer()


@app.command()
def hello(name: str = "you") -> None:
    """Greets."""
    typer.echo(f"hello {name}")


if __name__ == "__main__":
    app()
