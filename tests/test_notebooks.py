import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from traitlets.config import Config

FOLDER = Path(__file__).parents[1] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
PICTURES = {"1_first_look": 2, "2_evaluate": 3, "3_calibrate": 2, "4_fine_tune": 1, "5_retrain": 1}
SECONDS = 540  # of one cell; a guard against hanging, not a measure


def outputs(notebook):
    return [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]


def test_all_are_checked_and_listed():
    assert [path.stem for path in NOTEBOOKS] == sorted(PICTURES)
    page = (FOLDER / "README.md").read_text("utf-8")
    assert [path.name for path in NOTEBOOKS if path.name not in page] == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_is_kept_without_outputs_and_says_that_the_desk_is_invented(path):
    notebook = nbformat.read(path, as_version=4)
    assert outputs(notebook) == []
    assert "**invented**" in " ".join(cell.source for cell in notebook.cells[:1])


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_runs_from_top_to_bottom(path, tmp_path, monkeypatch):
    for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, ("src", os.environ.get("PYTHONPATH")))))
    notebook = nbformat.read(path, as_version=4)
    # Unix sockets: nothing of a test stands open to the network.
    local = Config({"KernelManager": {"transport": "ipc"}})
    NotebookClient(notebook, timeout=SECONDS, kernel_name="python3", config=local).execute(cwd=str(FOLDER.parent))
    made = outputs(notebook)
    pictures = [output for output in made if "image/png" in output.get("data", {})]
    assert len(pictures) >= PICTURES[path.stem]
    warned = [output.text for output in made if output.output_type == "stream" and "Warning" in output.text]
    assert warned == []
