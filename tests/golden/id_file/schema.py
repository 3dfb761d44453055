# [89 lines as in ../segment/schema.py]
        "address": "sysv-file:feed.id",
        "mode": 0o600,
        "participants": 64,
    }
