"""`netguard schema`: the JSON Schema of the scan document."""

import json

import click

GROUP = "Expert"


@click.command("schema")
def command() -> None:
    """Print the JSON Schema of the scan document."""
    from netguard.model.codec import json_schema

    click.echo(json.dumps(json_schema(), indent=2))
