"""Zip and gzip with fixed times, so that the same content gives the same bytes; and their content, to compare it."""

import gzip
import io
import zipfile

TIME = (2026, 4, 1, 9, 0, 0)


def packed_zip(entries, stored=()):
    """A zip of (name, bytes) in their order; those named in `stored` stand in it uncompressed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in entries:
            info = zipfile.ZipInfo(name, TIME)
            info.create_system = 3  # else it is the system of whoever runs this
            info.external_attr = 0o644 << 16
            info.compress_type = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            archive.writestr(info, content, compresslevel=9)
    return out.getvalue()


def packed_gz(content):
    return gzip.compress(content, compresslevel=9, mtime=0)


def unpacked(content):
    """What a packed file holds: two versions of zlib may pack the same content into other bytes."""
    if content[:2] == b"\x1f\x8b":
        return gzip.decompress(content)
    if content[:4] == b"PK\x03\x04" and zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return [(info.filename, info.date_time, archive.read(info)) for info in archive.infolist()]
    return content
