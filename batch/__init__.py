"""The batch layer: the archive's raw records made into what closed days are answered from."""
