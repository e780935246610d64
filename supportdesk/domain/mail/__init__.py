"""Mails: bytes to values (``parse.parse_mail``) and values to bytes (``compose.compose``), both pure."""
