# [14 lines as in ../empty/schema.py]
    "Feed",
# [540 lines as in ../struct/schema.py]


class Feed:
    """The segment feed.

    Created and shown by stat, and without functions yet:

    - `stop` (event)
    """

    #: What the bytes of the segment mean, in the canonical form that lies in it.
    CONTRACT: _typing.Final = b"S\x19\x00\x00\x00\x06\x00golden\x04\x00feedN\x06\x00\x00\x00\x04\x00stop"
    #: Bytes of the whole segment.
    SIZE: _typing.Final = 8192

    def __init__(self, attachment: "_shm_runtime.Attachment") -> None:
        self._attachment = attachment

    @classmethod
    def _open(cls, how: int, address: _typing.Optional[str], **options: _typing.Any) -> "Feed":
        try:
            import shm_runtime
        except ImportError as reason:
            raise ImportError("segments need the package shm_runtime, whose version is that of shmgen") from reason
        if shm_runtime.__version__.split(".")[:2] != ["0", "1"]:
            raise ImportError(
                f"this module was generated for shm_runtime 0.1, installed is "
                f"{shm_runtime.__version__}: generate it again with the shmgen of the same version"
            )
        spec = shm_runtime.SegmentSpec(cls.CONTRACT, SCHEMA_VERSION, address="posix:/golden.feed", mode=0o600, participants=64)
        return cls(shm_runtime.Attachment.open(spec, how, address=address, **options))

    @classmethod
    def create(
        cls,
        address: _typing.Optional[str] = None,
        *,
        mode: _typing.Optional[int] = None,
        uid: _typing.Union[int, str] = -1,
        gid: _typing.Union[int, str] = -1,
        prefault: bool = False,
        **unknown: _typing.Any,
    ) -> "Feed":
        """Creates the segment; FileExistsError if there is one.

        ``uid`` and ``gid`` are numbers or names; -1 leaves what the schema or the system gives.
        With ``prefault``, every page is mapped at once.
        """
        return cls._open(0, address, mode=mode, uid=uid, gid=gid, prefault=prefault, unknown=unknown)

    @classmethod
    def attach(
        cls,
        address: _typing.Optional[str] = None,
        *,
        read_only: bool = False,
        timeout: _typing.Optional[float] = None,
        trust_uid: int = -1,
        any_owner: bool = False,
        prefault: bool = False,
        **unknown: _typing.Any,
    ) -> "Feed":
        """Attaches to the segment, waiting up to ``timeout`` seconds for it to come into being.

        FileNotFoundError if there is none, shm_runtime.Mismatch if it is of another contract.
        It must belong to root, to the caller or to ``trust_uid``, unless ``any_owner`` is trusted.
        With ``prefault``, every page is mapped at once.
        """
        return cls._open(
            2 if read_only else 1,
            address,
            timeout=timeout,
            trust_uid=trust_uid,
            any_owner=any_owner,
            prefault=prefault,
            unknown=unknown,
        )

    @classmethod
    def open_or_create(
        cls,
        address: _typing.Optional[str] = None,
        *,
        mode: _typing.Optional[int] = None,
        uid: _typing.Union[int, str] = -1,
        gid: _typing.Union[int, str] = -1,
        trust_uid: int = -1,
        any_owner: bool = False,
        prefault: bool = False,
        **unknown: _typing.Any,
    ) -> "Feed":
        """Attaches to the segment, or creates it if there is none. Options as of attach and create."""
        return cls._open(
            3,
            address,
            mode=mode,
            uid=uid,
            gid=gid,
            trust_uid=trust_uid,
            any_owner=any_owner,
            prefault=prefault,
            unknown=unknown,
        )

    @property
    def address(self) -> str:
        """Where the segment is."""
        return self._attachment.address

    def stat(self) -> _typing.Dict[str, _typing.Any]:
        """What the system and the segment know of it, as ``shmgen stat --json`` has it."""
        return self._attachment.stat()

    def set(self, *, mode: _typing.Optional[int] = None, uid: int = -1, gid: int = -1) -> None:
        """Changes what is named, and keeps the rest."""
        self._attachment.set(mode=mode, uid=uid, gid=gid)

    def descriptor(self) -> int:
        """A new descriptor of a segment in a memfd, to be handed to another process and then closed."""
        return self._attachment.descriptor()

    def close(self) -> None:
        """Detaches: gives up every role, and never removes the segment. May be called twice."""
        self._attachment.close()

    def unlink(self) -> None:
        """Takes the segment's name away. Who is attached keeps the memory."""
        self._attachment.unlink()

    def __enter__(self) -> "Feed":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Feed at {self.address}{', closed' if self._attachment.closed else ''}>"
