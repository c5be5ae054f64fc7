#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the READMEs say is there is there: files, links, names of the code, applications and their parameters; and the one for users is a page."""

import pathlib
import re
import subprocess
import unittest

from launcher import APPLICATIONS

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "README.md"
PAGES = [PAGE, *(ROOT / room / "README.md" for room in ("app", "app/farm", "src", "test/bench"))]
ROOMS = ["app", "include", "src", "test"]
LINES, COLUMNS = 120, 120


def sources():
    return [path for room in ROOMS for path in (ROOT / room).rglob("*") if path.suffix in (".h", ".hxx", ".cxx", ".in", ".py", ".sh", ".txt")]


def inline_code(text):
    """What stands between backticks, which may go on in the next line."""
    prose = "\n".join(line for line in text.splitlines() if not line.startswith("    "))
    return [" ".join(code.split()) for code in re.findall(r"`([^`]+)`", prose)]


def parameters_of(application):
    done = subprocess.run(
        ["otbApplicationLauncherCommandLine", application, APPLICATIONS, "-help"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    return set(re.findall(r"^(?:MISSING)?\s+-([a-z][\w.]*)", done.stdout, re.MULTILINE))


class Readme(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.texts = {page: page.read_text(encoding="utf-8") for page in PAGES}
        cls.applications = sorted(path.stem[len("otb"):] for path in (ROOT / "app").glob("otb*.cxx"))
        cls.parameters = {application: parameters_of(application) for application in cls.applications}

    def test_for_users_is_a_page(self):
        lines = self.texts[PAGE].splitlines()
        self.assertLessEqual(len(lines), LINES)
        self.assertEqual([line for line in lines if len(line) > COLUMNS], [])

    def test_links_lead_to_files(self):
        for page, text in self.texts.items():
            for target in re.findall(r"\]\(([^)]+)\)", text):
                if not target.startswith("http"):
                    self.assertTrue((page.parent / target).exists(), f"{page}: {target}")

    def test_files_that_are_named_exist(self):
        names = {path.name for path in sources()}
        for page, text in self.texts.items():
            for code in inline_code(text):
                if re.fullmatch(r"(app|include|src|test)/[\w./-]+", code):
                    self.assertTrue((ROOT / code).exists() or "Foo" in code, f"{page}: {code}")
                elif re.fullmatch(r"otb\w+\.(h|cxx|hxx)", code):
                    self.assertTrue(code in names or "Foo" in code, f"{page}: {code}")

    def test_names_of_the_code_exist(self):
        words = set()
        for path in sources():
            words.update(re.findall(r"\w+", path.read_text(encoding="utf-8")))
        found = 0
        for page, text in self.texts.items():
            for code in inline_code(text):
                if re.fullmatch(r"[A-Z]\w+(::\w+)?(\(\))?", code):
                    found += 1
                    for word in re.findall(r"\w+", code):
                        self.assertIn(word, words, page)
        self.assertGreater(found, 50)

    def test_tells_of_every_application(self):
        for application in self.applications:
            self.assertIn(application, self.texts[PAGE])

    def test_commands_have_parameters_of_their_applications(self):
        commands = 0
        for page, text in self.texts.items():
            for command in re.findall(r"otbcli_(\w+)((?:[^\n`]*\\\n)*[^\n`]*)", text):
                application, words = command
                commands += 1
                for key in re.findall(r"(?<=\s)-([a-z][\w.]*)", words):
                    self.assertIn(key, self.parameters[application], f"{page}: otbcli_{application}")
        self.assertGreaterEqual(commands, 4)

    def test_parameters_that_are_named_exist(self):
        known = set().union(*self.parameters.values())
        found = 0
        for page, text in self.texts.items():
            for code in inline_code(text):
                # The compiler's have capitals, those of other programs two dashes.
                for key in re.findall(r"(?:^|(?<=\s))-([a-z][\w.]*)(?=\s|$)", code) if code.startswith("-") else []:
                    found += 1
                    self.assertIn(key, known, page)
        self.assertGreater(found, 15)


if __name__ == "__main__":
    unittest.main()
