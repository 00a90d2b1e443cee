"""Raw records to Parquet objects, each record in exactly one."""
