"""A stand-in: reads the lines, tells what was asked for."""
import json


class Rows(list):
    @property
    def column_names(self):
        return list(self[0])

    def map(self, change, remove_columns=()):
        return Rows({**{k: v for k, v in row.items() if k not in remove_columns}, **change(row)} for row in self)


def load_dataset(kind, data_files, split):
    assert (kind, split) == ("json", "train")
    with open(data_files, encoding="utf8") as file:
        return Rows(json.loads(line) for line in file)
