"""The official papers in spreadsheet form: the consolidated workbook and the blank forms."""
