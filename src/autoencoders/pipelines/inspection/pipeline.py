"""images -> splits -> what members learn -> trials -> choice -> detector -> verdicts."""

from kedro.pipeline import Pipeline, node
from kedro.pipeline.node import Node

from autoencoders.pipelines.grid import OWN_IMAGES, SCORE, SURFACES
from autoencoders.pipelines.ingestion import pipeline as ingestion
from autoencoders.pipelines.inspection import nodes

TABLES = ("findings", "candidates", "trials")  # that a report shows
SHOWN = ("verdicts", "error_maps")  # of each photograph, by the first seed
JOINED = ("candidates", "findings")  # tables of each photograph and seed that stand side by side


def create_pipeline(members: list[str]) -> Pipeline:
    """Return the way from a folder of images to a detector and its findings, given the names of the members."""
    learnt = {f"learnt.{member}": f"learnt.{member}" for member in members}
    dividing = node(
        nodes.divide_images, inputs=["images", "params:parts"], outputs="splits", name="divide_images", tags="splitting"
    )
    fitting = [
        node(
            nodes.fit_member,
            inputs=["images", "splits", f"params:candidates.members.{member}", "params:seed", "params:compute"],
            outputs=f"learnt.{member}",
            name=f"fit_{member}",
            tags="training",
        )
        for member in members
    ]
    trying = node(
        nodes.try_candidates,
        inputs={
            "images": "images",
            "splits": "splits",
            "candidates": "params:candidates",
            "seed": "params:seed",
            "compute": "params:compute",
        }
        | learnt,
        outputs=["trials", "usual", "scores"],
        name="try_candidates",
        tags="evaluation",
    )
    choosing = node(
        nodes.choose_detector,
        inputs=["trials", "splits", "params:candidates"],
        outputs="choice",
        name="choose_detector",
        tags="evaluation",
    )
    making = node(
        nodes.make_detector,
        inputs={
            "images": "images",
            "splits": "splits",
            "candidates": "params:candidates",
            "choice": "choice",
            "usual": "usual",
            "scores": "scores",
        }
        | learnt,
        outputs="detector",
        name="make_detector",
        tags="evaluation",
    )
    judging = node(
        nodes.judge_images,
        inputs=["detector", "images", "splits", "params:decision", "params:compute"],
        outputs=["verdicts", "error_maps"],
        name="judge_images",
        tags="evaluation",
    )
    summing = node(
        nodes.sum_up,
        inputs=["images", "splits", "verdicts", "error_maps", "scores", "params:seed"],
        outputs=["findings", "candidates"],
        name="sum_up",
        tags="reporting",
    )
    return Pipeline([dividing, *fitting, trying, choosing, making, judging, summing])


def create_report_pipeline() -> Pipeline:
    """Return the report on a folder that a detector was made of."""
    return Pipeline(
        [
            drawing(),
            node(
                nodes.write_report,
                inputs={
                    "detector": "detector",
                    "images": "images",
                    "verdicts": "verdicts",
                    "maps": "error_maps",
                    "decision": "params:decision",
                    "provenance": "provenance",
                }
                | {name: name for name in (*TABLES, "scores_figure")},
                outputs="report",
                name="write_report",
                tags="reporting",
            ),
        ]
    )


def drawing() -> Node:
    """Return the drawing of all scores."""
    return node(
        nodes.draw_scores,
        inputs=["detector", "verdicts"],
        outputs="scores_figure",
        name="draw_scores",
        tags="reporting",
    )


def create_own_images_pipeline(members: list[str]) -> Pipeline:
    """Return the same for the user's folder, and the report."""
    whole = ingestion.create_pipeline() + create_pipeline(members) + create_report_pipeline()
    return Pipeline(whole, inputs={"provenance"}, parameters={"params:compute": "params:compute"}, namespace=OWN_IMAGES)


def create_score_pipeline() -> Pipeline:
    """Return the judging of a folder of new images by a detector that is there; nothing is learnt."""
    scoring = node(
        nodes.score_pictures,
        inputs=["detector", "pictures", "scored_before"],
        outputs=["error_maps", "scored"],  # whose rows say that maps are whole
        name="score_pictures",
        tags="evaluation",
    )
    deciding = node(
        nodes.decide,
        inputs=["scored", "detector", "pictures", "params:decision"],
        outputs=["verdicts", "summary"],
        name="decide",
        tags="evaluation",
    )
    reporting = node(
        nodes.report_pictures,
        inputs={
            "detector": "detector",
            "pictures": "pictures",
            "verdicts": "verdicts",
            "summary": "summary",
            "maps": "error_maps",
            "provenance": "provenance",
            "scores_figure": "scores_figure",
        },
        outputs="report",
        name="report_pictures",
        tags="reporting",
    )
    return Pipeline([scoring, deciding, drawing(), reporting], inputs={"provenance"}, namespace=SCORE)


def create_surfaces_pipeline(photographs: list[str], seeds: list[str], members: list[str]) -> Pipeline:
    """Return the same for photographs that come with scikit-image, by several seeds, and what joins them."""
    whole = create_pipeline(members)
    names = [name for name in whole.inputs() if name.startswith("params:")]
    shared = {name: name.replace("params:", f"params:{SURFACES}.") for name in names} | {
        "params:compute": "params:compute"
    }
    parts = [Pipeline(ingestion.create_pipeline(), namespace=photograph) for photograph in photographs]
    places = [(photograph, seed) for photograph in photographs for seed in seeds]
    for photograph, seed in places:
        images, own = {"images": f"{photograph}.images"}, {"params:seed": f"params:{SURFACES}.seeds.{seed}"}
        place = f"{SURFACES}.{photograph}.{seed}"
        parts.append(Pipeline(whole, inputs=images, parameters=shared | own, namespace=place))
    tables = [f"{SURFACES}.{photograph}.{seed}.{table}" for photograph, seed in places for table in JOINED]
    joining = node(
        nodes.join_surfaces,
        inputs={name: name for name in tables},
        outputs=[f"{SURFACES}.ranking", f"{SURFACES}.kinds"],
        name="join_surfaces",
        namespace=SURFACES,
        tags="reporting",
    )
    shown = [f"{photograph}.images" for photograph in photographs] + [
        f"{SURFACES}.{photograph}.{seeds[0]}.{artifact}" for photograph in photographs for artifact in SHOWN
    ]
    reporting = node(
        nodes.write_surfaces,
        inputs={"ranking": f"{SURFACES}.ranking", "kinds": f"{SURFACES}.kinds", "provenance": "provenance"}
        | {name: name for name in shown},
        outputs=f"{SURFACES}.report",
        name="write_surfaces",
        namespace=SURFACES,
        tags="reporting",
    )
    return Pipeline([*parts, joining, reporting])
