"""The words that a reader of a report needs, each in a sentence."""

GLOSSARY = {
    "AUROC": "Area under the ROC curve: the chance that an anomaly gets a higher score than a normal image. 100 % is "
    "perfect, 50 % a guess.",
    "anomaly score": "One number per image, larger for odder ones. Most often the reconstruction error.",
    "code": "The few numbers that the encoder turns an image into, and that the decoder draws it from.",
    "code size": "How many numbers the code has. Two methods are compared at the same code size.",
    "better, equal, worse": "Whether a network leaves less error than PCA. The test images are drawn anew 1,000 times "
    "(a paired bootstrap): it is better or worse where 95 % of the draws agree, and equal otherwise.",
    "calibration images": "Normal images held out to set a threshold on the anomaly score.",
    "corruption, noise": "What is done to an input in training; the network has to return the clean image.",
    "noise removed": "The share of the noise's squared error that is gone after the network. All variants of a study "
    "get the same noisy images.",
    "MSE": "Mean squared error: the squared difference between an image and its reconstruction, averaged over pixels "
    "and images. Pixels go from 0, black, to 1, white.",
    "PCA": "Principal component analysis, the best that a linear method can do with the same code size: the yardstick.",
    "penalty": "A term of the loss that shapes the code, for example L1, which pushes its values to zero.",
    "sanity check": "A test that every training has to pass, for example that the loss fell and that reconstructions "
    "differ from image to image.",
    "seed": "Where the random numbers of a training start. Several seeds show how much of a difference is luck.",
    "test images": "Images that no training has seen. All numbers come from them unless another split is named.",
    "validation images": "Images that are looked at during training and not learnt from.",
}
