"""FTP: vsftpd."""

from netguard.demo.recipes._contract import Daemon, Place, Recipe


def recipe(place: Place) -> Recipe:
    """A server that asks for a name and a password; with the option `login` = `none` it lets `anonymous` in, to read."""
    anonymous, local = ("YES", "NO") if place.option("login") == "none" else ("NO", "YES")
    port = place.port(21)
    # Its own precautions need users and namespaces that a user namespace does not have; the home has precautions enough.
    config = f"""listen=YES
background=NO
listen_address={place.address}
listen_port={port}
anonymous_enable={anonymous}
local_enable={local}
write_enable=NO
anon_root=/run/lab/ftp
secure_chroot_dir=/run/lab/empty
allow_writeable_chroot=YES
run_as_launching_user=YES
ftp_username=root
guest_username=root
isolate=NO
isolate_network=NO
seccomp_sandbox=NO
xferlog_enable=NO
"""
    return Recipe(
        argv=(place.executable, "/run/lab/vsftpd.conf"),
        files=(
            ("/run/lab/vsftpd.conf", config), ("/run/lab/ftp/recording.txt", "front door, 18:04\n"),
            ("/run/lab/empty/.keep", ""),
        ),
        ready=(("tcp", port),),
    )  # fmt: skip


DAEMON = Daemon(packages=("vsftpd",), executable="vsftpd", recipe=recipe)
