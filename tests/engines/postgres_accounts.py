"""A table of accounts in PostgreSQL, and queries over it."""

import csv
import os

import sql_tables


def literal(text):
    return "'%s'" % text.replace("'", "''")


def load(server, model, data):
    """Makes the table accounts of a CSV file, by way of a table of texts."""
    with open(data, encoding="utf-8", newline="") as file:
        header = next(csv.reader(file))
    columns = ", ".join(sql_tables.quoted(name) + " text" for name in header)
    typed = ",\n".join(sql_tables.typed_columns(header, sql_tables.number_columns(model), "double precision"))
    # No cell is the character 1: an empty one comes in as an empty text.
    server.run("CREATE UNLOGGED TABLE texts (%s);\n"
               "\\copy texts FROM %s WITH (FORMAT csv, HEADER, NULL '\x01')\n"
               "CREATE UNLOGGED TABLE accounts AS SELECT %s FROM texts;\n"
               "DROP TABLE texts;\nANALYZE accounts;\n" % (columns, literal(os.path.abspath(data)), typed))


def check(server, self_test, folder):
    """Runs a self-test: a query that gives no rows."""
    path = os.path.join(folder, "disagreements.txt")
    with open(path, "wb") as file:
        server.run(self_test, file, "-A", "-t")
    with open(path, encoding="utf-8") as file:
        rows = file.read()
    if rows.strip():
        raise RuntimeError("the self-test does not pass:\n" + rows[:1000])


def score(server, model, query, output):
    with open(output, "wb") as file:
        server.run("COPY (%s\n) TO STDOUT WITH (FORMAT csv, HEADER)" % sql_tables.figures_of(query, model), file)
