# [89 lines as in ../segment/schema.py]
        "address": "sysv:0x53480001",
        "mode": 0o600,
        "participants": 64,
    }
