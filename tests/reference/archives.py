"""Packs one small directory the ways that models travel, with the tools that pack them.

    python tests/reference/archives.py

writes `crates/spanlet-archive/tests/archives/`. Every archive there holds the same model, whose files are also in
`crates/spanlet-archive/tests/archived/`. Python's `tarfile`, `zipfile` and `gzip` pack most; GNU tar and Info-ZIP's `zip`
the rest.
"""

import gzip
import io
import os
import subprocess
import tarfile
import tempfile
import zipfile
from pathlib import Path

TESTS = Path(__file__).resolve().parents[2] / "crates/spanlet-archive/tests"
TIME = (2026, 11, 21, 0, 0, 0)

LONG = "ner/" + "a-long-folder-name/" * 8 + "cfg"
MODEL = {
    "config.cfg": b'[nlp]\nlang = "en"\npipeline = ["ner"]\n',
    "meta.json": b'{"lang": "en", "name": "small"}\n',
    "tokenizer": bytes(range(256)) * 8,
    "ner/model": b"\0" * 5_000,
    "ner/na\u00efve": "\U0001f35e".encode(),
    "vocab/strings.json": b"[]",
    "vocab/empty": b"",
    LONG: b"{}",
}
# What a package has around the model, the like-named file that must not be taken for the model's included.
PACKAGE = {"en_small/__init__.py": b"", "en_small/meta.json": b"{}", "en_small-1.0.0.dist-info/RECORD": b""}


def tar(files, format, mode="w", directories=True):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode, format=format) as archive:
        made = set()
        for name, content in files.items():
            for parent in [str(p) for p in reversed(Path(name).parents)][1:] if directories else []:
                if parent not in made:
                    made.add(parent)
                    info = tarfile.TarInfo(parent)
                    info.type, info.mode = tarfile.DIRTYPE, 0o755
                    archive.addfile(info)
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def packed(bytes_):
    return gzip.compress(bytes_, mtime=0)


def zipped(files, method=zipfile.ZIP_DEFLATED, stream=False, zip64=False, comment=b""):
    class Unseekable(io.BytesIO):
        """Has `zipfile` write sizes behind the data, as it does for a pipe."""

        def seek(self, *arguments):
            raise OSError

        seekable = lambda self: False

    buffer = Unseekable() if stream else io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.comment = comment
        for name, content in files.items():
            info = zipfile.ZipInfo(name, TIME)
            info.compress_type = method
            with archive.open(info, "w", force_zip64=zip64) as member:
                member.write(content)
    return buffer.getvalue()


def under(folder, files=MODEL):
    return {folder + name: content for name, content in files.items()}


def write(files, folder):
    for name, content in files.items():
        path = Path(folder) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        os.utime(path, (1_800_000_000, 1_800_000_000))


def by_command(files, command):
    """What a command prints that packs a folder holding the files."""
    with tempfile.TemporaryDirectory() as folder:
        write(files, folder)
        return subprocess.run(command, cwd=folder, check=True, capture_output=True).stdout


def archives():
    pax, gnu, ustar = tarfile.PAX_FORMAT, tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT
    yield "at-the-top.tar.gz", packed(tar(MODEL, pax))
    yield "ustar.tar", tar({name: content for name, content in under("en_small/").items()}, ustar)
    yield "gnu.tar.gz", packed(tar(under("./model/"), gnu))
    yield "two-gzip-members.tgz", packed(tar(MODEL, pax)[:4_000]) + packed(tar(MODEL, pax)[4_000:]) + b"\0" * 100
    wheel = under("en_small/en_small-1.0.0/")
    yield "en_small-1.0.0-py3-none-any.whl", zipped(PACKAGE | wheel)
    package = under("en_small-1.0.0/", PACKAGE | {"setup.py": b"", "PKG-INFO": b"", "meta.json": b"{}"})
    yield "en_small-1.0.0.tar.gz", packed(tar(package | under("en_small-1.0.0/en_small/en_small-1.0.0/"), gnu))
    apple = {"__MACOSX/model/._config.cfg": b"\0", "model/._meta.json": b"\0", "model/.DS_Store": b"\0"}
    yield "macos.zip", zipped(apple | {"model/": b"", "model/ner/": b""} | under("model/"))
    yield "stored.zip", zipped(MODEL, zipfile.ZIP_STORED, comment=b"a remark")
    yield "streamed.zip", zipped(MODEL, stream=True)
    yield "zip64.zip", zipped(MODEL, zip64=True)
    yield "gnu-tar.tar.gz", by_command(MODEL, ["tar", "--sort=name", "--mtime=@0", "--owner=0", "--group=0", "-cz", "."])
    same_each_time = ["--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime", "--sort=name", "--mtime=@0.5"]
    yield "posix-tar.tgz", by_command(MODEL, ["tar", "--format=posix", *same_each_time, "-cz", "."])
    yield "info-zip.zip", by_command(MODEL, ["zip", "-qrXD", "-", "."])


if __name__ == "__main__":
    write(MODEL, TESTS / "archived")
    write(dict(archives()), TESTS / "archives")
