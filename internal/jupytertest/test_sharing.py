"""What readers see of notebooks and pages that somebody shares with them.

    CHROMIUM=/usr/bin/chromium python -m unittest -v test_sharing

Each front-end takes one format of an output, by its own order. The tests say
which, for every stored notebook, and then open the notebooks in JupyterLab
(trusted and not), as HTML of nbconvert and as plain Markdown. Screenshots go to
dist/screens; look at them after a change of what is shown.
"""

import base64
import pathlib
import re
import struct
import tempfile
import unittest

import mistune
import nbformat
from nbclient import NotebookClient
from nbconvert import HTMLExporter, MarkdownExporter
from playwright.sync_api import expect, sync_playwright

from lab import SCREENS, WAIT, Lab, chromium, notebook

NOTEBOOKS = pathlib.Path(__file__).parents[2] / "notebooks"
VEGA = "application/vnd.vegalite.v5+json"

# The order in which front-ends choose, the best first.
UNSAFE = {"application/javascript", "image/svg+xml", "application/vnd.jupyter.widget-view+json"}
LAB = ["application/vnd.jupyter.widget-view+json", "application/json", "application/javascript", "text/html", VEGA,
       "text/markdown", "text/latex", "image/svg+xml", "image/png", "image/jpeg", "text/plain"]
ORDERS = {
    "JupyterLab": LAB,
    "JupyterLab, untrusted": [t for t in LAB if t not in UNSAFE],
    "VS Code": ["application/vnd.jupyter.widget-view+json", VEGA, "application/json", "text/html", "application/javascript",
                "text/markdown", "image/png", "image/jpeg", "image/svg+xml", "text/latex", "text/plain"],
    "nbconvert": ["application/vnd.jupyter.widget-view+json", "application/javascript", "text/html", "text/markdown",
                  "image/svg+xml", "text/latex", "image/png", "image/jpeg", "text/plain"],
    "GitHub": ["text/markdown", "text/html", "image/png", "image/jpeg", "text/plain"],
}
# What sanitizers leave of HTML, of what tables need.
KEPT = {"table", "thead", "tbody", "tr", "th", "td", "caption", "b", "i", "em", "strong", "code", "pre", "p", "br", "div", "span", "details", "summary", "img", "h3", "h4", "ul", "ol", "li", "sub", "sup", "a"}

MODEL = """model := nn.Sequential(nn.Embedding(100, 16), nn.TransformerBlock(16, 2, 32), nn.TransformerBlock(16, 2, 32),
	nn.GlobalAvgPool(), nn.Dense(2, nn.Softmax)).Build(12)
err := viz.Graph(model).With(viz.Open("transformer_block")).Save("graph.html")
err"""
IMPORTS = 'import (\n\t"loupe/nn"\n\t"loupe/viz"\n)'
EXPLORED = [IMPORTS, MODEL, "viz.Graph(model).Interactive()", "viz.Layers(model).Interactive()",
            'viz.Histogram(viz.Named("weights", []float64{1, 2, 2, 3, 3, 3})).Interactive()']


def stored():
    return {p.name: nbformat.read(p, as_version=4) for p in sorted(NOTEBOOKS.glob("*.ipynb"))}


def outputs(book):
    """The outputs of a notebook that have formats to choose from, with where they are."""
    for i, cell in enumerate(book.cells):
        for k, out in enumerate(cell.get("outputs", [])):
            if "data" in out and any(out.data.values()):
                yield f"cell {i}, output {k}", out


def chosen(order, out):
    return next((t for t in order if t in out.data), None)


def pictures(book):
    return [out for _, out in outputs(book) if "image/png" in out.data]


def images(book):
    """How many images a reader sees: pictures, and those in HTML."""
    return len(pictures(book)) + sum(out.data.get("text/html", "").count("<img ") for _, out in outputs(book))


class Formats(unittest.TestCase):
    def each(self, check):
        for name, book in stored().items():
            for where, out in outputs(book):
                with self.subTest(notebook=name, where=where):
                    check(out)

    def test_choice(self):
        """A picture is seen as the same picture everywhere, and anything else as what it is."""
        def check(out):
            self.assertTrue(set(out.data) <= {"image/png", "text/plain", "text/html", "text/markdown", VEGA}, sorted(out.data))
            self.assertIn("text/plain", out.data)
            for reader, order in ORDERS.items():
                took = chosen(order, out)
                if "image/png" in out.data:
                    self.assertIn(took, {"image/png", VEGA}, reader)
                if VEGA in out.data:
                    self.assertEqual(took == VEGA, reader in ("JupyterLab", "JupyterLab, untrusted", "VS Code"), reader)
                if "text/html" in out.data:
                    self.assertEqual(took, "text/html", reader)

        self.each(check)

    def test_pictures(self):
        """A figure has twice the pixels of its size, and words for those who do not see it."""
        def check(out):
            if "image/png" not in out.data or out.data["text/plain"].startswith("Image, "):
                return  # nothing, or an image as it is
            size, png = out.metadata["image/png"], base64.b64decode(out.data["image/png"])
            self.assertEqual(struct.unpack(">II", png[16:24]), (2 * size["width"], 2 * size["height"]))
            self.assertGreater(len(size["alt"]), 20)
            self.assertLessEqual(size["width"], 1000, "wider than a page")

        self.each(check)

    def test_html(self):
        """What sanitizers drop is not there: a table looks the same for everybody."""
        def check(out):
            html = out.data.get("text/html", "")
            tags = {t.lower() for t in re.findall(r"<([a-zA-Z][a-zA-Z0-9]*)", html)}
            self.assertTrue(tags <= KEPT, tags - KEPT)
            self.assertNotRegex(html, r"(?i)\son[a-z]+=|javascript:|var\(")

        self.each(check)


class Readers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.books = stored()
        cls.playwright = sync_playwright().start()
        cls.addClassCleanup(cls.playwright.stop)
        cls.browser = chromium(cls.playwright)
        cls.addClassCleanup(cls.browser.close)
        expect.set_options(timeout=WAIT)

    def open(self, address, width=1100, height=900):
        page = self.browser.new_page(viewport={"width": width, "height": height})
        page.set_default_timeout(WAIT)
        self.addCleanup(page.close)
        page.goto(address, wait_until="commit")
        return page

    def pages(self, addresses):
        """Pages in turn, each closed after it: the next one loads while one is looked at."""
        ahead = None
        for address in [*addresses, None]:
            page, ahead = ahead, self.open(address) if address else None
            if page:
                yield page
                page.close()

    def complete(self, images):
        """All images are loaded and have a size."""
        for image in images.all():
            self.assertEqual(image.evaluate("i => i.decode().then(() => [i.naturalWidth > 0, i.clientWidth > 0])"), [True, True])

    def show(self, page, markup, name):
        page.set_content(markup)
        self.complete(page.locator("img"))
        page.screenshot(path=SCREENS / f"{name}.png", full_page=True)

    def test_lab(self):
        # Formats.test_html lets nothing into any notebook that trust decides on: the one with
        # the most tables stands for all that are trusted.
        most = max(self.books, key=lambda name: sum("text/html" in out.data for _, out in outputs(self.books[name])))
        trusted = {"trusted-" + most: self.books[most]}
        books = self.books | trusted
        lab = Lab(books, trusted)
        self.addCleanup(lab.close)
        for (name, book), page in zip(books.items(), self.pages(lab.address(name, alone=True) for name in books)):
            with self.subTest(notebook=name):
                shown = page.locator(".jp-OutputArea-output img")
                expect(shown).to_have_count(images(book))
                self.complete(shown)
                tables = sum("<table" in out.data.get("text/html", "") for _, out in outputs(book))
                self.assertGreaterEqual(page.locator(".jp-OutputArea-output table").count(), tables)
                shown.first.scroll_into_view_if_needed()
                page.screenshot(path=SCREENS / f"lab-{name}.png")

    def test_nbconvert(self):
        for name, book in self.books.items():
            with self.subTest(notebook=name):
                html, _ = HTMLExporter().from_notebook_node(book)
                self.assertEqual(html.count('src="data:image/png;base64,'), images(book))
                body = html[html.index("<body"):]
                # The page itself asks the network for mathematics and fonts; what we put there asks for nothing.
                self.assertNotRegex(body, r'(?i)<(script|link|iframe)[^>]*(src|href)="http')
                page = self.browser.new_page(viewport={"width": 1000, "height": 900})
                self.addCleanup(page.close)
                page.route(re.compile("^http"), lambda r: r.abort())
                self.show(page, html, "nbconvert-" + name)
                page.close()

    def test_markdown(self):
        for name, book in self.books.items():
            with self.subTest(notebook=name):
                text, found = MarkdownExporter().from_notebook_node(book)
                files = found.get("outputs", {})
                self.assertEqual(sum(f.endswith(".png") for f in files), len(pictures(book)))
                for file, data in files.items():
                    self.assertIn(f"({file})", text)
                    text = text.replace(f"({file})", f"(data:image/png;base64,{base64.b64encode(data).decode()})")
                page = self.browser.new_page(viewport={"width": 900, "height": 900})
                self.addCleanup(page.close)
                self.show(page, mistune.html(text), "markdown-" + name)
                page.close()


class Explored(unittest.TestCase):
    """Figures that a reader explores: a page of a graph, Vega-Lite in JupyterLab."""

    @classmethod
    def setUpClass(cls):
        cls.dir = tempfile.TemporaryDirectory(prefix="loupe-sharing-")
        cls.addClassCleanup(cls.dir.cleanup)
        cls.book = notebook(EXPLORED)
        NotebookClient(cls.book, timeout=300, kernel_name="loupe", startup_timeout=300,
                       resources={"metadata": {"path": cls.dir.name}}).execute()
        cls.playwright = sync_playwright().start()
        cls.addClassCleanup(cls.playwright.stop)
        cls.browser = chromium(cls.playwright)
        cls.addClassCleanup(cls.browser.close)
        expect.set_options(timeout=WAIT)

    def page(self, address):
        page = self.browser.new_page(viewport={"width": 1000, "height": 1200})
        self.addCleanup(page.close)
        self.messages = []
        page.on("console", lambda m: self.messages.append(m.text))
        page.on("pageerror", lambda e: self.messages.append(str(e)))
        page.goto(address)
        return page

    def test_graph(self):
        asked = []
        page = self.page("about:blank")
        page.on("request", lambda r: asked.append(r.url))
        page.goto(f"file://{self.dir.name}/graph.html")
        boxes = page.locator(".drawing [data-id]")
        scope = page.locator('.drawing .scope[data-name="transformer_block"]')
        expect(scope).to_have_attribute("aria-expanded", "true")
        opened = boxes.count()
        page.screenshot(path=SCREENS / "graph-opened.png")
        scope.locator("text").first.click()
        expect(scope).to_have_attribute("aria-expanded", "false")
        self.assertEqual(boxes.count(), opened - 7)
        scope.press("Enter")
        self.assertEqual(boxes.count(), opened)
        page.get_by_role("button", name="close all").click()
        expect(page.locator(".drawing [aria-expanded=true]")).to_have_count(0)
        page.get_by_role("searchbox").fill("attention")
        expect(page.get_by_role("status")).to_have_text("2 found")
        page.get_by_role("searchbox").press("Enter")
        expect(page.locator(".drawing [aria-expanded=true]")).to_have_count(2)
        page.locator('.drawing .box[aria-label*="MultiHeadAttention"]').first.click()
        expect(page.locator(".details")).to_contain_text("heads: 2")
        page.screenshot(path=SCREENS / "graph-found.png")
        # The address keeps what is open and sought.
        page.reload()
        expect(page.get_by_role("status")).to_have_text("2 found")
        expect(page.locator(".drawing [aria-expanded=true]")).to_have_count(2)
        self.assertEqual([u for u in asked if not u.startswith("file:")], [])
        self.assertEqual(self.messages, [])

    def test_vega(self):
        for name, trusted in (("untrusted.ipynb", ()), ("trusted.ipynb", ("trusted.ipynb",))):
            with self.subTest(notebook=name):
                lab = Lab({name: self.book}, trusted)
                try:
                    page = self.page(lab.address(name, alone=True))
                    views = page.locator(".jp-RenderedVegaCommon5 canvas, .jp-RenderedVegaCommon5 svg.marks")
                    expect(views).to_have_count(3)
                    found = page.locator('.vega-bindings input[type="text"]')
                    expect(found).to_have_count(2)
                    found.first.fill("attention")
                    views.first.hover(position={"x": 160, "y": 90})
                    expect(page.locator(".vg-tooltip, #vg-tooltip-element")).to_contain_text("words: 100")
                    views.first.scroll_into_view_if_needed()
                    page.screenshot(path=SCREENS / f"vega-{name}.png")
                    self.assertEqual([m for m in self.messages if "WARN" in m], [])
                finally:
                    lab.close()


if __name__ == "__main__":
    unittest.main()
