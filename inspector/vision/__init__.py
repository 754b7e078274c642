"""What judges a picture: bundles, preprocessing, network, back ends, overlay."""

import sys

# OpenVINO and NNCF report their use to their maker when they are imported. A station sends nothing: with this entry the
# import of the reporting package fails, and both fall back to a stub that does nothing.
sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
