# [90 lines as in ../segment/schema.py]
        "mode": 0o660,
        "participants": 64,
        "owner": "nobody",
        "group": "12345",
    }
