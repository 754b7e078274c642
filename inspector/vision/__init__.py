"""From a picture to class probabilities and a heatmap: bundle, preprocessing, network, classifiers, overlay."""
