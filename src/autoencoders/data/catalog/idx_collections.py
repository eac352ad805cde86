"""The collections of images published as IDX files."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Collection:
    """What is known of one collection before any of its files is read.

    Attributes:
        class_names: One name a class, in the order of the labels.
        source: One line naming origin and licence.
        checksums: MD5 of the uncompressed contents, by file name, where known.
    """

    class_names: list[str]
    source: str
    checksums: dict[str, str]


COLLECTIONS = {
    "MNIST": Collection(
        class_names=list("0123456789"),
        source="MNIST, Y. LeCun, C. Cortes and C. J. C. Burges, 1998 (CC BY-SA 3.0)",
        checksums={
            "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
            "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
            "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
            "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
        },
    ),
    "FashionMNIST": Collection(
        class_names=[
            "T-shirt/top",
            "Trouser",
            "Pullover",
            "Dress",
            "Coat",
            "Sandal",
            "Shirt",
            "Sneaker",
            "Bag",
            "Ankle boot",
        ],
        source="Fashion-MNIST, H. Xiao, K. Rasul and R. Vollgraf, Zalando Research, 2017 (MIT licence)",
        checksums={
            "train-images-idx3-ubyte": "f4a8712d7a061bf5bd6d2ca38dc4d50a",
            "train-labels-idx1-ubyte": "9018921c3c673c538a1fc5bad174d6f9",
            "t10k-images-idx3-ubyte": "8181f5470baa50b63fa0f6fddb340f0a",
            "t10k-labels-idx1-ubyte": "15d484375f8d13e6eb1aabb0c3f46965",
        },
    ),
    "KMNIST": Collection(
        class_names=["o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"],
        source="KMNIST Dataset (by CODH), adapted from Kuzushiji Dataset (by NIJL and others), "
        "doi:10.20676/00000341 (CC BY-SA 4.0)",
        checksums={
            "t10k-images-idx3-ubyte": "bf305b8cd328700fbc17f5acbc2856d2",
            "t10k-labels-idx1-ubyte": "9f55f451c0988b028eccdf7d5cc265ab",
        },
    ),
}
