#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Takes README's pictures of QGIS: the dialog of HyperspectralSuperResolution, and its input and result on the canvas.

usage: screenshots.py BUILD-FOLDER DEMO-FOLDER OUTPUT-FOLDER

Needs QGIS, xvfb and xauth, and what test/demo.sh makes. Writes dialog.png and canvas.png.
"""

import os
import pathlib
import subprocess
import sys
import tempfile

from provider import Qgis, install

# Run by QGIS itself, with the folders of the demo and of the pictures in its environment.
INSIDE = """
import os, processing, shutil
from osgeo import gdal
from qgis.core import QgsProject, QgsRasterLayer
from qgis.PyQt.QtCore import QTimer
from qgis.utils import iface

demo, pictures, work = (os.environ["SPECTRAMORPH_" + name] for name in ("DEMO", "PICTURES", "WORK"))

def later(seconds, function):
    QTimer.singleShot(int(1000 * seconds), function)

def add(path, name):
    layer = QgsRasterLayer(path, name)
    assert layer.isValid(), path
    return QgsProject.instance().addMapLayer(layer)

def start():
    global hyperspectral, multispectral, dialog
    window = iface.mainWindow()
    window.resize(900, 560)
    for dock in window.findChildren(type(iface.layerTreeView().parent().parent())):
        if dock.objectName() in ("Browser", "GPSInformation"):
            dock.hide()
    multispectral = add(demo + "/msi.tif", "msi")
    hyperspectral = add(demo + "/lr.tif", "lr")
    parameters = {"inhs": hyperspectral, "inms": multispectral, "srf": "sensor", "srf.sensor.name": "ikonosbgrn", "rand": 1, "style": True,
                  "out": work + "/sharp.tif"}
    dialog = processing.createAlgorithmDialog("otb:HyperspectralSuperResolution", parameters)
    dialog.resize(760, 800)
    dialog.show()
    later(3, picture_dialog)

def picture_dialog():
    dialog.grab().save(pictures + "/dialog.png")
    processing.run("otb:HyperspectralSuperResolution", {**dialog.createProcessingParameters(), "out": work + "/sharp.tif"})
    dialog.close()
    sharp = add(work + "/sharp.tif", "out")
    # Half of the coarse image above it, in the colours of the result's style.
    gdal.Translate(work + "/half.tif", demo + "/lr.tif", srcWin=(0, 0, hyperspectral.width() // 2, hyperspectral.height()))
    shutil.copy(work + "/sharp.qml", work + "/half.qml")
    add(work + "/half.tif", "inhs, left half")
    iface.mapCanvas().setExtent(sharp.extent())
    iface.mapCanvas().refresh()
    later(4, picture_canvas)

def picture_canvas():
    iface.mainWindow().grab().save(pictures + "/canvas.png")
    os._exit(0)

later(2, start)
"""


def main():
    if len(sys.argv) != 4:
        raise SystemExit(__doc__)
    build, demo, pictures = (str(pathlib.Path(argument).resolve()) for argument in sys.argv[1:])
    with tempfile.TemporaryDirectory() as folder:
        qgis = Qgis(folder + "/qgis", *install(build, folder + "/prefix"))
        script = pathlib.Path(folder) / "inside.py"
        script.write_text(INSIDE)
        environment = {**qgis.environment, "QT_QPA_PLATFORM": "xcb", "SPECTRAMORPH_DEMO": demo, "SPECTRAMORPH_PICTURES": pictures, "SPECTRAMORPH_WORK": folder}
        command = ["xvfb-run", "-a", "-s", "-screen 0 1400x900x24", "qgis.bin", "--nologo", "--noversioncheck", "--code", str(script)]
        subprocess.run(command, env=environment, check=True, timeout=300)
    for name in ("dialog.png", "canvas.png"):
        print(os.path.join(pictures, name))


if __name__ == "__main__":
    main()
