"""A stand-in: keeps columns as the library does, every row with the fields of all."""


class Rows(list):
    @property
    def column_names(self):
        return list(self[0])

    def map(self, change, remove_columns=()):
        return Rows({**{k: v for k, v in row.items() if k not in remove_columns}, **change(row)} for row in self)


def alike(values):
    """Objects of one column get the fields of all of them, None where they have none."""
    if any(isinstance(one, dict) for one in values):
        names = dict.fromkeys(name for one in values if one for name in one)
        columns = {name: alike([(one or {}).get(name) for one in values]) for name in names}
        return [None if one is None else {name: columns[name][i] for name in names} for i, one in enumerate(values)]
    if any(isinstance(one, list) for one in values):
        flat = iter(alike([part for one in values if one for part in one]))
        return [None if one is None else [next(flat) for _ in one] for one in values]
    return values


class Dataset:
    @staticmethod
    def from_dict(columns):
        columns = {name: alike(values) for name, values in columns.items()}
        return Rows(dict(zip(columns, row)) for row in zip(*columns.values()))
