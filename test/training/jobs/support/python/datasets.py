"""A stand-in: keeps columns as the library does, every row with the fields of all, or as they are in the releases that can."""
import os


class Rows(list):
    pass


def kind(value):
    return float if isinstance(value, (int, float)) and not isinstance(value, bool) else type(value)


def alike(values):
    """Objects of one column get the fields of all of them, None where they have none."""
    if len({kind(one) for one in values if one is not None}) > 1:
        raise TypeError("a column of several types")
    if any(isinstance(one, dict) for one in values):
        names = dict.fromkeys(name for one in values if one for name in one)
        columns = {name: alike([(one or {}).get(name) for one in values]) for name in names}
        return [None if one is None else {name: columns[name][i] for name in names} for i, one in enumerate(values)]
    if any(isinstance(one, list) for one in values):
        flat = iter(alike([part for one in values if one for part in one]))
        return [None if one is None else [next(flat) for _ in one] for one in values]
    return values


def rows_of(columns):
    return Rows(dict(zip(columns, row)) for row in zip(*columns.values()))


class Dataset:
    if os.environ.get("DATASETS") == "4.6":

        @staticmethod
        def from_dict(columns):
            return rows_of({name: alike(values) for name, values in columns.items()})

    else:

        @staticmethod
        def from_dict(columns, on_mixed_types=None):
            if on_mixed_types == "use_json":
                return rows_of(columns)
            return rows_of({name: alike(values) for name, values in columns.items()})
