"""Unpacks a pipeline for spaCy, which loads folders: `python unpack.py ARCHIVE FOLDER`. What the folder held is gone."""

import pathlib
import shutil
import sys
import tarfile
import tempfile
import zipfile


def unpacked(archive, work):
    """The pipeline's folder in an archive that was unpacked into `work`."""
    if archive.name.endswith(".tar.gz"):
        tarfile.open(archive).extractall(work, filter="data")
    else:
        zipfile.ZipFile(archive).extractall(work)
    [config] = pathlib.Path(work).rglob("config.cfg")
    return config.parent


def main():
    archive, folder = map(pathlib.Path, sys.argv[1:])
    with tempfile.TemporaryDirectory() as work:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(unpacked(archive, work), folder)


if __name__ == "__main__":
    main()
