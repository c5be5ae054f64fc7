#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Scores the module's methods beside others by the published protocol, through the applications.

For each scene, blur, (ratio, bands) pair and seed it makes the images of two sensors (SpatialDegradation and SpectralResponseDegradation), runs each method
(TrainSpectralInversion and SpectralInversion, or comparison.py) and scores the result against the scene (HyperspectralQuality, 8-bit PSNR and SSIM). A row goes
to scores.csv as soon as it is known; a run that is started again does what is missing. summary.md holds the means.

Applications are those of OTB_APPLICATION_PATH, or of build/.
"""
import argparse
import contextlib
import json
import pathlib
import shlex
import shutil
import sys
import tempfile

import comparison
import fusion
import measured
import results
import scene

SYNTHETIC = "synthetic"
BOUND = "bound"


def pair(text):
    """Two numbers, ratio:bands."""
    ratio, bands = text.split(":")
    return int(ratio), int(bands)


def shape(text):
    """Rows, columns and bands, as in 256x256x96."""
    rows, columns, bands = map(int, text.split("x"))
    return rows, columns, bands


def variant(text):
    """A name and parameters of TrainSpectralInversion, as in morph12=-method.morph.ne 12."""
    name, _, parameters = text.partition("=")
    if not name or not parameters:
        raise ValueError(text)
    return name, parameters


def parse(arguments):
    methods = [*comparison.METHODS, BOUND, *fusion.METHODS, *fusion.REFINED]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    scenes = parser.add_argument_group("scenes")
    scene_help = "ground truth in any unit: a file that GDAL reads, or a MATLAB file (needs SciPy)"
    scenes.add_argument("--scene", nargs="+", default=[], metavar="FILE", help=scene_help)
    scenes.add_argument("--synthetic", type=shape, metavar="ROWSxCOLUMNSxBANDS", help="the synthetic scene of this size, as in 256x256x96")
    scenes.add_argument("--wl", metavar="FILE", help="wavelengths, one a line, for scenes that have none (--axis true)")
    sensors = parser.add_argument_group("sensors")
    sensors.add_argument("--blurs", nargs="+", default=scene.BLURS, choices=scene.BLURS, metavar="BLUR", help="of %(choices)s; all by default")
    published = " ".join(f"{ratio}:{bands}" for ratio, bands in scene.PAIRS)
    pairs_help = f"bands of {', '.join(map(str, scene.SENSORS))}; by default {published}"
    sensors.add_argument("--pairs", nargs="+", type=pair, default=scene.PAIRS, metavar="RATIO:BANDS", help=pairs_help)
    axis_help = "wavelengths: stretched over the sensor's range, as published (default), or true"
    sensors.add_argument("--axis", default="stretched", choices=["stretched", "true"], help=axis_help)
    noise = ", ".join(f"{snr:g} at ratio {ratio}" for ratio, snr in scene.HSI_SNR.items())
    sensors.add_argument("--hsi-snr", type=float, metavar="DB", help=f"of the LR-HSI; by default {noise}")
    sensors.add_argument("--msi-snr", type=float, default=scene.MSI_SNR, metavar="DB", help="of the HR-MSI (%(default)s)")
    sensors.add_argument("--seeds", nargs="+", type=int, default=[0], metavar="SEED", help="of noise and training (0)")
    chosen = parser.add_argument_group("methods")
    chosen.add_argument("--methods", nargs="*", default=methods, choices=methods, metavar="METHOD", help="of %(choices)s; all by default")
    variant_help = "a method of that name: parameters of TrainSpectralInversion, as in 'morph12=-method.morph.ne 12'"
    chosen.add_argument("--variant", action="append", type=variant, default=[], metavar="NAME=PARAMETERS", help=variant_help)
    parser.add_argument("--out", type=pathlib.Path, required=True, metavar="FOLDER", help="for scores.csv and summary.md")
    parser.add_argument("--keep", action="store_true", help="keep the images of each case in the folder, too")
    options = parser.parse_args(arguments)
    if not options.scene and options.synthetic is None:
        parser.error("found neither --scene nor --synthetic")
    for ratio, bands in options.pairs:
        if bands not in scene.SENSORS:
            parser.error(f"--pairs: found {bands} bands, expected one of {', '.join(map(str, scene.SENSORS))}")
        if ratio not in scene.HSI_SNR and options.hsi_snr is None:
            parser.error(f"--pairs: the protocol has no noise for the ratio {ratio}; give --hsi-snr")
    chosen = {name: shlex.join((fusion.METHODS | fusion.REFINED).get(name, [])) for name in options.methods}
    options.methods = chosen | dict(options.variant)
    return options


def run_method(method, parameters, case, seed, out):
    """Runs a method of the module when there are parameters, otherwise one to compare with, or the bound of all that look at single pixels.

    Returns what it cost: seconds of training (None where there is none of its own) and of the rest, peak memory [MiB].
    """
    if method in fusion.REFINED:
        training = None
        inference, peak = fusion.super_resolve(shlex.split(parameters), case.hsi, case.msi, case.srf, out, seed)
    elif parameters or method == BOUND:
        learnt = case.truth if method == BOUND else case.hsi
        words = list(map(str, fusion.BOUND)) if method == BOUND else shlex.split(parameters)
        training, inference, peak = fusion.fuse(words, learnt, case.msi, case.srf, out.with_suffix(".json"), out, seed)
    else:
        training = None
        command = [sys.executable, "-B", comparison.__file__, method, case.hsi, case.msi, case.srf, case.psf, case.ratio, out]
        inference, peak = measured.run(command)
    return {"train_seconds": training, "infer_seconds": inference, "total_seconds": (training or 0) + inference, "peak_mib": peak}


def score(image, truth, ratio):
    """The overall scores, those of the published protocol."""
    report = image.with_suffix(".scores.json")
    protocol = ["-peak", 1, "-quantize", "true", "-clip", "true", "-ratio", ratio]
    measured.run_application("HyperspectralQuality", ["-in", image, "-ref", truth, *protocol, "-outjson", report])
    return json.loads(report.read_text())["reference"]["overall"]


def run_case(key, truth, methods, table, options, folder):
    """Makes a case and runs the methods; returns the number of failures."""
    sensors = {name: key[name] for name in ("blur", "ratio", "bands", "axis", "hsi_snr", "msi_snr", "seed")}
    try:
        case = scene.Case(folder, truth, **sensors, wavelengths=options.wl)
    except measured.Failed as error:
        print(f"{describe(key)} failed: {error}", file=sys.stderr, flush=True)
        return len(methods)
    failures = 0
    for method, parameters in methods.items():
        out = folder / f"{method}.tif"
        try:
            costs = run_method(method, parameters, case, key["seed"], out)
            scores = score(out, truth, key["ratio"])
        except measured.Failed as error:
            failures += 1
            print(f"{describe(key)} {method} failed: {error}", file=sys.stderr, flush=True)
            continue
        row = table.add({**key, "method": method, "parameters": parameters, **scores, **costs})
        psnr, sam, seconds = (results.mean([row], name, form) for name, form in [("psnr", ".2f"), ("sam", ".2f"), ("total_seconds", ".1f")])
        print(f"{describe(key)} {method:<10} {psnr} dB, {sam} deg, {seconds} s", flush=True)
    return failures


def describe(key):
    return f"{key['scene']} {key['blur']} {key['ratio']}:{key['bands']} seed {key['seed']}"


def scene_files(options, folder):
    """Name and file of each scene; the synthetic one is made."""
    for path in options.scene:
        yield pathlib.Path(path).stem, path
    if options.synthetic is not None:
        rows, columns, bands = options.synthetic
        path = folder / "synthetic.tif"
        measured.run([measured.find_program("otbSyntheticSceneGenerator"), "-out", path, "-size", columns, rows, "-bands", bands, "-seed", 1])
        yield SYNTHETIC, path


def cases(name, extent, options):
    """What tells a case from others: a row's key but for the method and its parameters."""
    for blur in options.blurs:
        for ratio, bands in options.pairs:
            for seed in options.seeds:
                hsi_snr = scene.HSI_SNR.get(ratio) if options.hsi_snr is None else options.hsi_snr
                sensors = {"axis": options.axis, "blur": blur, "ratio": ratio, "bands": bands, "hsi_snr": hsi_snr, "msi_snr": options.msi_snr}
                yield {"scene": name, "shape": extent, **sensors, "seed": seed}


def run_scene(name, path, table, options, temporary):
    """Runs what is missing of a scene; returns its rows and the number of failures."""
    extent = "x".join(map(str, scene.read_shape(path)))
    rows, failures = [], 0
    for key in cases(name, extent, options):
        row_keys = {method: {**key, "method": method, "parameters": parameters} for method, parameters in options.methods.items()}
        missing = {method: row_key["parameters"] for method, row_key in row_keys.items() if table.find(row_key) is None}
        if missing:
            # Each ratio crops the scene in its own way.
            truth = temporary / f"{name}_x{key['ratio']}.tif"
            if not truth.exists():
                scene.prepare(path, key["ratio"], truth)
            with contextlib.ExitStack() as stack:
                if options.keep:
                    folder = options.out / f"{name}_{key['blur']}_x{key['ratio']}_b{key['bands']}_seed{key['seed']}"
                    folder.mkdir(exist_ok=True)
                    shutil.copyfile(truth, folder / "truth.tif")
                else:
                    folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(dir=temporary)))
                failures += run_case(key, truth, missing, table, options, folder)
        rows += filter(None, map(table.find, row_keys.values()))
    return rows, failures


def main(arguments=None):
    options = parse(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    rows, failures = [], 0
    try:
        table = results.Table(str(options.out / "scores.csv"))
        with tempfile.TemporaryDirectory(dir=options.out) as temporary:
            for name, path in scene_files(options, pathlib.Path(temporary)):
                more, failed = run_scene(name, path, table, options, pathlib.Path(temporary))
                rows, failures = rows + more, failures + failed
    # GDAL's errors are runtime errors, too.
    except (RuntimeError, ValueError) as error:
        print(f"benchmark.py: {error}", file=sys.stderr)
        return 1
    text = results.summary(rows)
    (options.out / "summary.md").write_text(text, encoding="utf-8")
    print("\n" + text)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
