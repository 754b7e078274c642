"""Workers on this computer or on many (Dask): connected, checked, ended; what they do is others' business."""

from inspector.cluster.certificates import Certificates
from inspector.cluster.connection import Cluster, ClusterWorker, connect
from inspector.cluster.faults import ClusterError
from inspector.domain.cluster import ClusterAddress

__all__ = ["Certificates", "Cluster", "ClusterAddress", "ClusterError", "ClusterWorker", "connect"]
