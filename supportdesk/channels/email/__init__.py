"""E-mail: IMAP in, SMTP out. Reads with BODY.PEEK[] by UID; the server is touched only after the desk has the bytes."""
