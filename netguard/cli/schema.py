"""`netguard schema`: the JSON Schema of the documents that netguard writes."""

import json

import click

GROUP = "Expert"


@click.command("schema")
@click.argument("document", type=click.Choice(["scan", "diff"]), default="scan", metavar="[scan|diff]")
def command(document: str) -> None:
    """Print the JSON Schema of the scan document, or of what `netguard diff --format json` writes."""
    from netguard.model import codec, difference

    schema = codec.json_schema(difference.Difference, difference.SCHEMA) if document == "diff" else codec.json_schema()
    click.echo(json.dumps(schema, indent=2))
