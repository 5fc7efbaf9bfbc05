"""JupyterLab in headless Chromium: what a person does in the first minutes.

    CHROMIUM=/usr/bin/chromium python -m unittest -v test_lab

The kernelspec "loupe" must be installed in the Python environment. Screenshots
of every step go to dist/screens; look at them after a change of what is shown.
"""

import re
import unittest

from playwright.sync_api import expect, sync_playwright

from lab import SCREENS, WAIT, Lab, chromium, notebook

CELLS = {
    "value": 'kept := 20\nfmt.Println("hello from Go")\nkept + 1',
    "picture": (
        "picture := image.NewRGBA(image.Rect(0, 0, 240, 120))\n"
        "for i := range 240 * 120 {\n"
        "\tpicture.Set(i%240, i/240, color.RGBA{uint8(i % 240), uint8(i / 240 * 2), 160, 255})\n"
        "}\n"
        "picture"
    ),
    "plot": (
        "heights := make(plotter.Values, 1000)\n"
        "for i := range heights {\n"
        "\theights[i] = rand.NormFloat64()\n"
        "}\n"
        "histogram, err := plotter.NewHist(heights, 20)\n"
        "p := plot.New()\n"
        'p.Title.Text = "1,000 draws"\n'
        "p.Add(histogram)\n"
        "p"
    ),
    "html": 'display.HTML("<table><tr><th>rich</th><td>HTML</td></tr></table>")',
    "failure": "var list []int\nlist[kept]",
    "loop": "for {\n}",
    "after": "kept * 2",
    "complete": "fmt.Printl",
    "restarted": "kept",
}


class FirstMinutes(unittest.TestCase):
    """The tests run in the order of their names, in one notebook."""

    @classmethod
    def setUpClass(cls):
        cls.lab = Lab({"first.ipynb": notebook(CELLS.values())})
        cls.addClassCleanup(cls.lab.close)
        cls.playwright = sync_playwright().start()
        cls.addClassCleanup(cls.playwright.stop)
        cls.browser = chromium(cls.playwright)
        cls.addClassCleanup(cls.browser.close)
        cls.page = cls.browser.new_page(viewport={"width": 1280, "height": 900})
        cls.page.set_default_timeout(WAIT)
        expect.set_options(timeout=WAIT)
        cls.page.goto(cls.lab.address("first.ipynb"))
        expect(cls.page.locator(".jp-Notebook .jp-CodeCell")).to_have_count(len(CELLS))
        expect(cls.page.locator(".jp-Notebook-ExecutionIndicator")).to_have_attribute("data-status", "idle")

    def cell(self, name):
        return self.page.locator(".jp-Notebook .jp-CodeCell").nth(list(CELLS).index(name))

    def select(self, name):
        """Selects a cell in command mode."""
        self.cell(name).locator(".jp-InputPrompt").click()

    def begin(self, name):
        prompt = self.cell(name).locator(".jp-InputPrompt")
        for _ in range(10):
            self.select(name)
            self.page.keyboard.press("Control+Enter")
            # JupyterLab shows cells before it takes keys for them: as a person would, try again.
            try:
                return expect(prompt).not_to_have_text("[ ]:", timeout=3_000)
            except AssertionError:
                continue

    def run_cell(self, name):
        """Runs a cell to its end and returns its output area."""
        self.begin(name)
        expect(self.cell(name).locator(".jp-InputPrompt")).to_have_text(re.compile(r"\[\d+\]:"))
        return self.cell(name).locator(".jp-OutputArea")

    def screenshot(self, name):
        self.page.wait_for_timeout(300)  # menus and pictures settle
        self.page.screenshot(path=SCREENS / f"{name}.png")

    def test_1_result(self):
        out = self.run_cell("value")
        expect(out.locator(".jp-OutputArea-output").first).to_have_text("hello from Go\n")
        expect(out.locator(".jp-OutputArea-executeResult .jp-OutputArea-output")).to_contain_text("21")
        self.screenshot("1-result")

    def test_2_picture(self):
        picture = self.run_cell("picture").locator("img")
        expect(picture).to_be_visible()
        self.assertEqual(picture.evaluate("i => [i.complete, i.naturalWidth > 0]"), [True, True])
        self.screenshot("2-picture")

    def test_3_plot(self):
        picture = self.run_cell("plot").locator("img")
        expect(picture).to_be_visible()
        self.assertGreater(picture.evaluate("i => i.naturalWidth"), 400)
        self.screenshot("3-plot")
        expect(self.run_cell("html").locator("table th")).to_have_text("rich")
        self.screenshot("3-html")

    def test_4_failure(self):
        out = self.run_cell("failure")
        expect(out).to_contain_text("index out of range [20] with length 0")
        self.screenshot("4-failure")

    def test_5_interrupt(self):
        self.begin("loop")
        expect(self.cell("loop").locator(".jp-InputPrompt")).to_have_text("[*]:")
        self.page.wait_for_timeout(500)
        self.page.keyboard.press("i")
        self.page.keyboard.press("i")
        expect(self.cell("loop").locator(".jp-InputPrompt")).to_have_text(re.compile(r"\[\d+\]:"))
        expect(self.run_cell("after")).to_contain_text("40")
        self.screenshot("5-interrupted")

    def test_6_complete(self):
        self.cell("complete").locator(".cm-content").click()
        self.page.keyboard.press("Control+End")
        self.page.keyboard.press("Tab")
        # One match is inserted at once, several open a menu.
        menu = self.page.locator(".jp-Completer:not(.lm-mod-hidden)")
        content = self.cell("complete").locator(".cm-content")
        done = content.filter(has_text=re.compile("fmt.Println$"))
        expect(menu.or_(done).first).to_be_visible()
        self.screenshot("6-one-name")
        if menu.is_visible():
            self.page.keyboard.press("Enter")
        expect(content).to_have_text("fmt.Println")
        # A dot: the menu shows the package's names and kinds.
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type("strings.Re")
        self.page.keyboard.press("Tab")
        expect(menu).to_be_visible()
        expect(menu).to_contain_text("Repeat")
        self.screenshot("6-menu")
        self.page.keyboard.press("Escape")
        # Shift+Tab: the documentation of a name.
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type("strings.Repeat")
        self.page.keyboard.press("Shift+Tab")
        tip = self.page.locator(".jp-Tooltip")
        expect(tip).to_contain_text("func Repeat")
        self.screenshot("6-documentation")

    def test_7_restart(self):
        self.select("restarted")
        self.page.keyboard.press("0")
        self.page.keyboard.press("0")
        self.page.locator(".jp-Dialog .jp-mod-accept").click()
        expect(self.page.locator(".jp-Dialog")).to_have_count(0)
        expect(self.page.locator(".jp-Notebook-ExecutionIndicator")).to_have_attribute("data-status", "idle")
        expect(self.run_cell("restarted")).to_contain_text("undefined: kept")
        self.screenshot("7-restarted")


if __name__ == "__main__":
    unittest.main()
