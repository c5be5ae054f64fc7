# SPDX-License-Identifier: Apache-2.0
"""The module in QGIS: a profile in which QGIS's OTB provider finds an installed module, and algorithms run by qgis_process."""

import os
import pathlib
import re
import subprocess

# Debian's qgis_process is a wrapper that adds an option which the program refuses.
QGIS_PROCESS = "qgis_process.bin"
APPLICATIONS = (
    "HyperspectralQuality",
    "HyperspectralSuperResolution",
    "LinearMixingSynthesis",
    "NMFEndmemberExtraction",
    "SpatialDegradation",
    "SpectralInversion",
    "SpectralResponseDegradation",
    "TrainSpectralInversion",
)


# The provider came with QGIS up to 3.34; since then it is a plugin of OTB's, "OrfeoToolbox Provider", which a user installs.
PROVIDERS = ("orfeoToolbox_provider", "otbprovider")
PLUGIN_FOLDERS = (
    *filter(None, os.environ.get("QGIS_PLUGINPATH", "").split(os.pathsep)),
    os.path.expanduser("~/.local/share/QGIS/QGIS3/profiles/default/python/plugins"),
    "/usr/share/qgis/python/plugins",
)


def find_provider():
    """The folder of QGIS's OTB provider; None where there is none."""
    found = [pathlib.Path(folder) / name for folder in PLUGIN_FOLDERS for name in PROVIDERS]
    return next((provider for provider in found if (provider / "metadata.txt").exists()), None)


def install(build, prefix):
    """Installs the module from its build folder; returns the two settings to enter into QGIS, as the installation prints them."""
    log = subprocess.run(["cmake", "--install", build, "--prefix", prefix], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True).stdout
    return [re.search(rf"{name}:\s*(.*)", log).group(1) for name in ("OTB folder", "OTB application folder")]


class Qgis:
    """QGIS with a profile of its own, in a folder of its own."""

    def __init__(self, folder, otb_folder, application_folder):
        provider = find_provider()
        self.home = pathlib.Path(folder)
        profile = self.home / "profiles/default/QGIS/QGIS3.ini"
        profile.parent.mkdir(parents=True)
        profile.write_text(
            f"[PythonPlugins]\n{provider.name}=true\n\n[Processing]\n"
            f"Configuration\\OTB_FOLDER={otb_folder}\nConfiguration\\OTB_APP_FOLDER={application_folder}\nConfiguration\\OTB_MAX_RAM_HINT=512\n"
        )
        self.home.chmod(0o700)
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "XDG_RUNTIME_DIR": str(self.home),
            "QGIS_CUSTOM_CONFIG_PATH": str(self.home),
            "QGIS_PLUGINPATH": str(provider.parent),
            "QT_QPA_PLATFORM": "offscreen",
            "LC_ALL": "C.UTF-8",
        }

    def process(self, *arguments):
        """The log, both streams, of qgis_process."""
        command = [QGIS_PROCESS, *arguments]
        return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, env=self.environment, timeout=300).stdout

    def run(self, application, parameters):
        """The log of an algorithm; its parameters are a dictionary."""
        return self.process("run", "otb:" + application, "--", *(f"{key}={value}" for key, value in parameters.items()))
