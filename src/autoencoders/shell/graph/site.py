"""The graph as a folder of files that a browser opens, from disk or from any web server."""

import json
import re
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import fsspec
from kedro_viz.integrations.deployment.base_deployer import BaseDeployer

HERE = Path(__file__).parent
EXPORTS = re.compile(r"export\s*\{[^{}]*\};?\s*$")  # at the end of a module's script
MODULE = re.compile(r'<script type="module" crossorigin src="\./assets/([^"]+)"></script>')
ELSEWHERE = re.compile(r'\s*<link\b[^>]*href="https://[^>]*>')  # fonts, from another host
STYLE = "<style>.update-reminder-version-tag { display: none }</style>"  # the version stands beside the date, too


def write(folder: Path) -> None:
    """Write the site of the pipelines that Kedro-Viz has been given, with previews, in place of an earlier one.

    A page opened from disk may load scripts but neither modules nor JSON, so both become plain scripts.

    Args:
        folder: Folder to write; the page is its `index.html`.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as temporary:
        made = Path(temporary) / "site"
        deployer = BaseDeployer()  # its subclasses differ in where they write: in none is that a folder of one's choice
        deployer._path, deployer._fs = made, fsspec.filesystem("file")
        deployer.deploy(is_all_previews_enabled=True)
        api = made / "api"
        for response in [file for file in api.rglob("*") if file.is_file()]:
            _become_script(response, response.relative_to(api).as_posix())
        _rewrite_page(made)
        if folder.exists():
            shutil.rmtree(folder)
        made.rename(folder)


def _become_script(response: Path, path: str) -> None:
    """Put the response of the API to a request for `path` into a script that hands it to the page."""
    body = response.read_text(encoding="utf-8")
    response.with_name(f"{response.name}.js").write_text(f"answer({json.dumps(path)}, {body});", encoding="utf-8")
    response.unlink()


def _rewrite_page(site: Path) -> None:
    page = site / "index.html"
    text = ELSEWHERE.sub("", page.read_text(encoding="utf-8"))
    main = MODULE.search(text)
    if main is None:
        raise ValueError(
            "this version of Kedro-Viz has a page of another make: pin kedro-viz as requirements.lock does"
        )
    script = site / "assets" / main[1]
    code = EXPORTS.sub("", script.read_text(encoding="utf-8")).replace("import.meta.url", "document.baseURI")
    script.with_name("page.js").write_text(f'"use strict";(()=>{{{code}\n}})();', encoding="utf-8")
    shutil.copy(HERE / "answers.js", site / "answers.js")
    scripts = '<script src="./answers.js"></script><script defer src="./assets/page.js"></script>'
    text = text.replace(main[0], scripts).replace(" crossorigin", "").replace("<title>Kedro-Viz", "<title>autoencoders")
    page.write_text(text.replace("</head>", f"{STYLE}</head>"), encoding="utf-8")
