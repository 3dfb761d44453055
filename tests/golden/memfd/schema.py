# [89 lines as in ../segment/schema.py]
        "address": "memfd:",
        "mode": 0o600,
        "participants": 64,
    }
