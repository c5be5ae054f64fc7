#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The module's methods for HyperBench (a Python package, pypi.org/project/hyperbench), whose own runner makes the cases and computes the scores.

As a pipeline module of HyperBench's command line:

    hyperbench run --config config.json --pipeline-module test/bench/hyperbench_adapter.py --pipeline-name morph --method-name morph

where the pipeline is morph (also as run_pipeline), morph_csp or lift. As a program of its own, it runs HyperBench over scenes that GDAL reads, writes one CSV
file per scene and method, and prints a table. Where the package is not installed, it says so and ends well.

Applications are those of OTB_APPLICATION_PATH, or of build/.
"""
import argparse
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import numpy  # noqa: E402

import fusion  # noqa: E402
import results  # noqa: E402
import scene  # noqa: E402


def as_cube(image):
    """HyperBench's images are (rows, columns, bands), in a batch of one or bare."""
    image = numpy.asarray(image)
    if image.ndim == 4 and image.shape[0] == 1:
        image = image[0]
    if image.ndim != 3:
        raise ValueError(f"image: found the shape {image.shape}, expected (rows, columns, bands) or (1, rows, columns, bands)")
    return image.transpose(2, 0, 1)


def pipeline(method):
    """A function of HyperBench's contract: HR_MSI (H, W, c), LR_HSI (h, w, C) and srf (c, C) to the fused image (H, W, C) and a dictionary of costs."""

    def run_pipeline(HR_MSI, LR_HSI, srf, psf=None, metadata=None):  # noqa: N803
        # The methods need no PSF.
        del psf
        with tempfile.TemporaryDirectory() as folder:
            paths = {name: pathlib.Path(folder, name) for name in ("msi.tif", "hsi.tif", "srf.csv", "model.json", "fused.tif")}
            scene.write(paths["msi.tif"], as_cube(HR_MSI))
            scene.write(paths["hsi.tif"], as_cube(LR_HSI))
            numpy.savetxt(paths["srf.csv"], numpy.asarray(srf), delimiter=",", fmt="%.9g")
            seed = int((metadata or {}).get("seed", 0))
            inputs = paths["hsi.tif"], paths["msi.tif"], paths["srf.csv"]
            training, inference, peak = fusion.fuse(fusion.METHODS[method], *inputs, paths["model.json"], paths["fused.tif"], seed)
            fused = scene.read(paths["fused.tif"]).transpose(1, 2, 0)
        costs = {"pipeline_train_time_sec": training, "model_inference_time_sec": inference, "peak_memory_mib": peak}
        return (fused[numpy.newaxis] if numpy.ndim(HR_MSI) == 4 else fused), costs

    return run_pipeline


run_pipeline = morph = pipeline("morph")
morph_csp = pipeline("morph-csp")
lift = pipeline("lift")


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scene", nargs="+", help="ground truth in any unit: a file that GDAL reads, or a MATLAB file")
    parser.add_argument("--methods", nargs="+", default=list(fusion.METHODS), choices=fusion.METHODS)
    parser.add_argument("--blurs", nargs="+", default=scene.BLURS, choices=scene.BLURS, metavar="BLUR", help="of %(choices)s; all by default")
    parser.add_argument("--ratios", nargs="+", type=int, default=list(scene.HSI_SNR), choices=list(scene.HSI_SNR))
    parser.add_argument("--bands", nargs="+", type=int, default=[4], choices=[3, 4, 8, 16], help="of the HR-MSI (4); HyperBench knows no panchromatic sensor")
    parser.add_argument("--out", type=pathlib.Path, required=True, metavar="FOLDER", help="for HyperBench's CSV files")
    return parser.parse_args(arguments)


def main(arguments=None):
    options = parse(arguments)
    try:
        import hyperbench
        import scipy.io
    except ImportError as error:
        print(f"skipped: {error} (pip install hyperbench)")
        return 0
    lines, failures = [], 0
    shown = {"PSNR": ".2f", "SAM": ".2f", "RMSE": ".4f", "ERGAS": ".2f", "SSIM": ".4f", "UIQI": ".4f"}
    for path in options.scene:
        name = pathlib.Path(path).stem
        for method in options.methods:
            with tempfile.TemporaryDirectory() as folder:
                # The only format that HyperBench reads.
                matlab = pathlib.Path(folder, f"{name}.mat")
                scipy.io.savemat(matlab, {"scene": scene.read(path).astype(numpy.float32).transpose(1, 2, 0)})
                config = hyperbench.BenchmarkConfig(
                    scene_path=matlab,
                    psf_names=options.blurs,
                    msi_band_counts=options.bands,
                    downsample_ratio_to_spatial_snr_db={ratio: scene.HSI_SNR[ratio] for ratio in options.ratios},
                    output_csv_path=options.out / f"{name}_{method}.csv",
                )
                rows = hyperbench.run_benchmark(hyperbench.PipelineAdapter(pipeline(method), name=method), config).rows
            failures += sum(row["status"] != "success" for row in rows)
            done = [row for row in rows if row["status"] == "success"]
            lines.append([name, method, str(len(done))] + [results.mean(done, score, form) for score, form in shown.items()])
    print(results.markdown(["scene", "method", "cases", *shown], lines))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
