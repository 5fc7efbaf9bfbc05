"""nbclient, which Jupyter's tools share, executes the stored notebooks.

    python -m unittest -v test_nbclient

The kernelspec "loupe" must be installed in the Python environment.
"""

import pathlib
import unittest

import nbformat
from nbclient import NotebookClient

NOTEBOOKS = pathlib.Path(__file__).parents[2] / "notebooks"


def shown(book):
    """What the outputs of a notebook show, cell by cell, without what differs
    between clients: how a stream is cut, execution counts, and whether a
    display that was emptied at the end, as a progress bar is, is still there."""
    cells = []
    for cell in book.cells:
        if cell.cell_type != "code":
            continue
        outputs = []
        for out in cell.outputs:
            if out.output_type == "stream":
                if outputs and outputs[-1][:2] == ["stream", out.name]:
                    outputs[-1][2] += out.text
                else:
                    outputs.append(["stream", out.name, out.text])
            elif "data" not in out or any(out.data.values()):
                outputs.append([out.output_type, sorted(out.data) if "data" in out else out.get("ename"),
                                out.get("data", {}).get("text/plain")])
        cells.append(outputs)
    return cells


class Stored(unittest.TestCase):
    def test_notebooks(self):
        books = sorted(NOTEBOOKS.glob("*.ipynb"))
        if not books:
            self.skipTest("there is no notebook in notebooks/")
        for path in books:
            with self.subTest(notebook=path.name):
                stored = nbformat.read(path, as_version=4)
                book = nbformat.read(path, as_version=4)
                NotebookClient(book, timeout=300, kernel_name="loupe", startup_timeout=300,
                               resources={"metadata": {"path": str(NOTEBOOKS)}}).execute()
                self.assertEqual(shown(book), shown(stored),
                                 "executed by nbclient, the notebook shows something else than what is stored")


if __name__ == "__main__":
    unittest.main()
