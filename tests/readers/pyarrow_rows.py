"""Prints the rows of Arrow files as JSON, as pyarrow reads them, and how it calls each column's type."""

import json
import sys

import pyarrow as pa


def plain(value):
    return list(value) if isinstance(value, bytes) else value


rows = []
for file in sys.argv[1:]:
    with pa.ipc.open_file(file) as reader:
        types = {field.name: str(field.type) for field in reader.schema}
        for index in range(reader.num_record_batches):
            batch = reader.get_batch(index)
            batch.validate(full=True)
            for row in batch.to_pylist():
                rows.append({name: plain(value) for name, value in row.items()})
            for field, column in zip(reader.schema, batch.columns):
                if isinstance(field.type, pa.FixedShapeTensorType):
                    shape = list(column.to_numpy_ndarray().shape)
                    assert shape == [batch.num_rows, *field.type.shape], shape
print(json.dumps({"types": types, "rows": rows}))
