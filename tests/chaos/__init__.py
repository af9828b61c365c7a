"""People write while servers, Valkey and the database are killed, frozen and restarted."""
