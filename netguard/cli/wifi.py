"""`netguard wifi`: what the air says about your own Wi-Fi, from this computer's radio or from files."""

from pathlib import Path

import click

GROUP = "Start"


@click.command("wifi")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, allow_dash=True), metavar="[FILE]...")
@click.option("--live", is_flag=True, help="A table that fills as networks are heard: stand where you want to know.")
@click.option("--ssid", "ssids", multiple=True, metavar="NAME", help="A network that is yours; may be given again.")
@click.option("--json", "json_file", metavar="FILE|-", help="Also write networks and findings as JSON.")
@click.option("-i", "--interface", metavar="IF", help="Which interface's network is yours, and whose radio hears.")
@click.option("--max-time", type=click.FloatRange(min=1), metavar="SECONDS", help="End --live after this time.")
@click.pass_context
def command(ctx: click.Context, /, **given: object) -> None:
    """Say how your Wi-Fi is protected: encryption, WPS, management frames, of every access point and band.

    FILE is a capture (pcap, pcapng, also .gz), a Kismet log, or what iw, nmcli, wpa_cli, netsh, system_profiler or
    airodump-ng printed; `-` is standard input. Without FILE this computer's own radio is asked. Nothing is joined, and
    no connection is changed. Networks of others are listed and never judged.
    """
    from netguard.cli._wifi import Request, run

    ctx.exit(run(Request(**given)))  # type: ignore[arg-type]
