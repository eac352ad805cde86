"""Kedro's settings of the project."""

import os
import warnings

from autoencoders.data.folders.place import place_of
from autoencoders.records.hooks import RecordHooks
from autoencoders.shell.files import LARGEST
from autoencoders.shell.garbage import GarbageHooks
from autoencoders.shell.lookups import LookupHooks
from autoencoders.shell.progress import ProgressHooks
from autoencoders.shell.sanity_checks import SanityCheckHooks
from autoencoders.shell.summary import SummaryHooks
from autoencoders.shell.verdicts import VerdictHooks
from autoencoders.tracking.hooks import TrackingHooks
from autoencoders.tracking.registry import RegistryHooks

HOOKS = (
    RecordHooks(),
    SanityCheckHooks(),
    TrackingHooks(),
    RegistryHooks(),
    ProgressHooks(),
    SummaryHooks(),
    VerdictHooks(),
    LookupHooks(),
    GarbageHooks(),
)
DISABLE_HOOKS_FOR_PLUGINS = ("kedro-viz",)  # the graph reads the sizes of datasets off their files
CONFIG_LOADER_ARGS = {
    "base_env": "base",
    "default_run_env": "local",
    "merge_strategy": {"parameters": "soft"},  # an environment may change one value of a block
    "custom_resolvers": {"place_of": place_of},
}

# Its reader refuses files of 10,000 values, a few hundred variants, unless told otherwise.
os.environ.setdefault("OMEGACONF_MAX_YAML_EXPANDED_NODES", str(LARGEST))

# Kedro's configuration loader calls a name that OmegaConf is renaming; users can do nothing about it.
warnings.filterwarnings("ignore", message="register_new_resolver")

# A sheet's nodes read the images of a dataset: another namespace, and meant.
warnings.filterwarnings("ignore", message="One or more dataset names contain")
