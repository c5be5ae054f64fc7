# SPDX-License-Identifier: Apache-2.0
"""Runs the applications on more than one machine, by Dask's scheduler: a scene in tiles, or a list of scenes; see README.md."""
